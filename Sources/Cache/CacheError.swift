/// What went wrong with Redis: a code to act on, a message safe for anybody, a detail for the log only.
public struct CacheError: Error, Sendable, Hashable {
  public enum Code: Sendable, Hashable {
    /// No connection, the connection broke, or Redis has just failed so often that it is not asked. Whether a command
    /// in flight took effect is unknown.
    case unavailable
    /// No reply came within the deadline.
    case timeout
    /// Too many calls wait already; nothing was sent.
    case overloaded
    /// What came is not the Redis protocol, or not what was asked for.
    case protocolViolation
    /// Redis answered with an error.
    case refused
    /// The URL cannot be read.
    case configuration
  }

  public let code: Code
  /// Holds no key, value, host or user name.
  public let message: String
  /// Redis's or the system's own words. For the log, never for a client.
  public let detail: String

  public init(_ code: Code, _ message: String, detail: String = "") {
    self.code = code
    self.message = message
    self.detail = detail
  }
}

extension CacheError {
  /// Whether something of another type stands under the key of a command.
  var isWrongType: Bool { code == .refused && detail.hasPrefix("WRONGTYPE") }
}

extension CacheError: CustomStringConvertible, CustomDebugStringConvertible {
  public var description: String { message }
  public var debugDescription: String { detail.isEmpty ? message : "\(message): \(detail)" }
}
