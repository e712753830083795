public import Schema

extension ScalarCoercion {
  /// The product's scalar `TimeRange`: a value is brought to the one text that cache keys hold.
  public static let timeRange = ScalarCoercion(name: "TimeRange") { (value) throws(ScalarCoercionError) in
    guard case .string(let text) = value else {
      throw ScalarCoercionError(
        "Invalid time range: expected a string such as \"24h\" or "
          + "\"2025-10-01T00:00:00Z/2025-10-08T00:00:00Z\".",
        code: .invalidTimeRange
      )
    }
    do throws(TimeRangeError) {
      return .string(try TimeRange.canonicalText(of: text))
    } catch {
      throw ScalarCoercionError("\(error)", code: .invalidTimeRange)
    }
  }
}
