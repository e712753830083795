/// A stretch of time `[from, to)`.
public struct TimeWindow: Sendable, Hashable {
  public let from: Instant
  /// The first instant that is outside.
  public let to: Instant

  public init(from: Instant, to: Instant) {
    self.from = from
    self.to = to
  }

  /// The window of equal length that ends where this one starts.
  public var previous: TimeWindow {
    TimeWindow(from: Instant(microseconds: 2 * from.microseconds - to.microseconds), to: from)
  }
}
