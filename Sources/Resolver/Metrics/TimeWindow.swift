/// A stretch of time `[from, to)`.
public struct TimeWindow: Sendable, Hashable {
  public let from: Instant
  /// The first instant that is outside.
  public let to: Instant

  public init(from: Instant, to: Instant) {
    self.from = from
    self.to = to
  }

  /// What figures of the window cover when traces and minutes before `keptFrom` are gone: hours outlive them, so begun hours are
  /// left out there. Nil when nothing is left.
  func known(keptFrom: Instant?) -> TimeWindow? {
    guard let keptFrom, from < keptFrom else { return self }
    let known = TimeWindow(
      from: from.ceiled(toSeconds: 3600),
      to: to < keptFrom ? to.floored(toSeconds: 3600) : to
    )
    return known.from < known.to ? known : nil
  }

  /// The window of equal length that ends where this one starts.
  public var previous: TimeWindow {
    TimeWindow(from: Instant(microseconds: 2 * from.microseconds - to.microseconds), to: from)
  }
}
