/// What a load of demo data has written so far, or in all.
public struct DemoReport: Sendable, Hashable {
  /// Traces that are to be written.
  public let total: Int
  /// Traces that were not known before.
  public var accepted = 0
  /// Traces that were known, because the same data had been loaded already.
  public var duplicates = 0
  public var spans = 0
  /// Alerts that were not known before.
  public var alerts = 0

  init(total: Int) {
    self.total = total
  }
}
