/// One reply of Redis (RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/).
public enum RedisReply: Sendable, Hashable {
  /// A null bulk string or a null array.
  case null
  case integer(Int64)
  /// A bulk string.
  case string([UInt8])
  /// A simple string, such as `OK`.
  case status(String)
  case array([RedisReply])
  /// The server's error text, beginning with its kind: `WRONGTYPE Operation against …`.
  case error(String)

  /// A bulk string.
  var bytes: [UInt8]? {
    if case .string(let bytes) = self { bytes } else { nil }
  }

  /// A bulk or simple string as text.
  public var text: String? {
    switch self {
    case .string(let bytes): String(decoding: bytes, as: UTF8.self)
    case .status(let text): text
    default: nil
    }
  }

  /// An integer reply, or a bulk string that is one.
  public var integer: Int64? {
    switch self {
    case .integer(let value): value
    case .string(let bytes): Int64(String(decoding: bytes, as: UTF8.self))
    default: nil
    }
  }

  /// Whether it says that something of another type stands under the key.
  var isWrongType: Bool {
    if case .error(let text) = self { text.hasPrefix("WRONGTYPE") } else { false }
  }

  /// The reply, unless it is an error.
  public func value() throws(CacheError) -> RedisReply {
    if case .error(let text) = self {
      throw CacheError(.refused, "Redis refused a command", detail: text)
    }
    return self
  }
}
