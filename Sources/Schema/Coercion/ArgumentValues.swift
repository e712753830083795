/// The coerced arguments of one field or directive. Specification, section 6.4.1.
///
/// Counts like the definition's `arguments`. An argument that is absent and has no default is `nil`; one that was given as
/// null is `.null`.
public struct ArgumentValues: Sendable, Hashable {
  /// The definition's argument names, in its order.
  public let names: [String]
  /// One entry for each name.
  public let values: [InputValue?]

  public init(names: [String], values: [InputValue?]) {
    precondition(names.count == values.count)
    self.names = names
    self.values = values
  }

  public static let none = ArgumentValues(names: [], values: [])

  public subscript(index: Int) -> InputValue? { values[index] }

  /// - Complexity: O(arguments).
  public subscript(name: String) -> InputValue? {
    names.firstIndex(of: name).flatMap { values[$0] }
  }

  /// Given or defaulted, null included.
  public func isPresent(_ name: String) -> Bool { self[name] != nil }
}
