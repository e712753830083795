/// What became of the lines of a file.
public struct LoadReport: Sendable, Hashable {
  /// A line that is no acceptable trace.
  public struct Rejection: Sendable, Hashable, CustomStringConvertible {
    /// Counts from 1.
    public let line: Int
    public let reason: String

    public init(line: Int, reason: String) {
      self.line = line
      self.reason = reason
    }

    public var description: String { "line \(line): \(reason)" }
  }

  /// How many rejections are kept with their reasons.
  public static let keptRejections = 100

  /// Lines read, blank ones included.
  public var lines = 0
  /// Traces written that were not known before.
  public var accepted = 0
  /// Traces that were known already, or stood earlier in the file.
  public var duplicates = 0
  /// Lines that are no acceptable trace.
  public var rejectedCount = 0
  /// The first ``keptRejections`` of them, in the order of lines.
  public var rejected: [Rejection] = []
  /// Why the file could not be read to its end; what came before is written.
  public var failure: LoadError?

  public init() {}

  mutating func reject(_ rejections: [Rejection]) {
    rejectedCount += rejections.count
    rejected += rejections.prefix(max(0, Self.keptRejections - rejected.count))
  }
}

/// How far a load has come.
public struct LoadProgress: Sendable, Hashable {
  /// Bytes of the file that have been read and their lines written.
  public let bytesRead: Int
  /// Size of the file; nil when it is not known (standard input).
  public let totalBytes: Int?
  public let report: LoadReport
}
