public import Database
public import JSON
public import Schema

/// Fetches fields of a nested object that its parent's body does not hold, for all objects of a level at once.
///
/// Fields of one type that share a resolver are fetched together: one call for each place in the document where at
/// least one of them is selected, however many parents there are.
public protocol NestedFieldResolver: Sendable {
  /// The statements that fetch `properties` for all `parents`; at most a few, never one per parent. Does no I/O.
  /// - Parameters:
  ///   - parents: bodies of the parent objects, each once.
  ///   - properties: snake_case names of the selected fields that the bodies lack.
  func queries(parents: [JSONValue], properties: Set<String>, call: FieldCall) throws(GraphQLError) -> [SQLQuery]

  /// Writes a JSON array with one object for each parent, in order, that holds at least `properties`.
  func bodies(
    _ results: [SQLResult],
    parents: [JSONValue],
    properties: Set<String>,
    call: FieldCall,
    into writer: inout JSONWriter
  ) throws(GraphQLError)
}
