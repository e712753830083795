public import Schema

/// An operation that was compiled at start: what stands behind a row of the REST route table.
public struct StoredOperation: Sendable {
  /// The name it is known by in errors and logs.
  public let name: String
  let compiled: CompiledDocument
  let operation: Int
  public let kind: OperationKind
  /// Response name of the root field that is the whole answer; nil for the GraphQL response map.
  let body: String?

  /// The variables it takes, with their types as GraphQL writes them.
  public let variables: [Variable]

  /// One variable of a stored operation.
  public struct Variable: Sendable, Hashable {
    public let name: String
    /// For example `TimeRange!`.
    public let type: String
    /// Whether a value must be given: non-null and without default.
    public let isRequired: Bool
  }
}
