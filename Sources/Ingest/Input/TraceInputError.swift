/// Why a trace is not accepted: the field, what is wrong with it, and what would be right.
///
/// Harmless: quotes at most 40 characters of a short field, and never anything of `input`, `output`, `error` or
/// `metadata`.
public struct TraceInputError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The path of the field, such as `latency_ms` or `spans[2].start`; empty for the trace as a whole.
  public let field: String
  /// What was found, such as `is missing` or `is -5`.
  public let problem: String
  /// What would be accepted.
  public let expectation: String

  public init(field: String, problem: String, expectation: String) {
    self.field = field
    self.problem = problem
    self.expectation = expectation
  }

  public var description: String {
    field.isEmpty ? "the trace \(problem); expected \(expectation)" : "\(field) \(problem); expected \(expectation)"
  }
}
