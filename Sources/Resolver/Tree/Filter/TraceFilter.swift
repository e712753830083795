import Schema

/// A condition on traces: what a `where` argument says, checked.
///
/// It is true or false for every trace, never unknown: nothing is equal to, above or below a value that is absent, and
/// `not` is the exact opposite.
indirect enum TraceFilter: Sendable, Hashable {
  /// True when all are.
  case all([TraceFilter])
  /// True when one is.
  case any([TraceFilter])
  case not(TraceFilter)
  case test(FilterField, Test)

  enum Test: Sendable, Hashable {
    case compare(Comparison, String)
    case among([String])
    case prefix(String)
    case contains(String)
    case isAbsent
  }

  enum Comparison: String, Sendable, Hashable {
    case equal = "="
    case above = ">"
    case aboveOrEqual = ">="
    case below = "<"
    case belowOrEqual = "<="
  }

  static let none = TraceFilter.all([])

  /// Whether rows of rollups can be tested.
  var isKnownToRollups: Bool {
    switch self {
    case .all(let parts), .any(let parts): parts.allSatisfy(\.isKnownToRollups)
    case .not(let part): part.isKnownToRollups
    case .test(let field, _): field.rollup != nil
    }
  }

  /// All tests, in order.
  var tests: [(field: FilterField, test: Test)] {
    switch self {
    case .all(let parts), .any(let parts): parts.flatMap(\.tests)
    case .not(let part): part.tests
    case .test(let field, let test): [(field, test)]
    }
  }

  /// The fields that are tested.
  var fields: Set<FilterField> { Set(tests.map(\.field)) }
}
