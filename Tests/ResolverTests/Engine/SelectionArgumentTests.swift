import Database
import Foundation
import JSON
import Logging
import Resolver
import Schema
import Testing

/// Arguments that a request leaves out, and its selection says.
@Suite struct SelectionArgumentTests {
  private static let schemaFile = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../schema.graphql").standardizedFileURL

  /// The cache keys of a request, which hold a hash of all arguments.
  private func keys(_ query: String, variables: String? = nil) throws -> [String] {
    let engine = QueryEngine(
      binding: try SchemaBinding.tracegate(
        Source(bytes: Array(Data(contentsOf: Self.schemaFile)), name: "schema.graphql")
      ),
      sources: nil,
      logger: Logger(label: "test")
    )
    let request = GraphQLRequest(
      document: Array(query.utf8),
      variables: try variables.map { try JSONDocument(parsing: Array($0.utf8)).root }
    )
    return try engine.explain(request, name: "query.graphql").split(separator: "\n").map { $0.drop { $0 == " " } }
      .filter { $0.hasPrefix("key: ") }.map(String.init)
  }

  @Test(arguments: [
    ("totals { requests }", "requests"),
    ("totals { p95: p95LatencyMs __typename } series { values { requests } }", "requests, p95LatencyMs"),
    ("groups { ...g }", "errors, totalCostUsd"),
    ("asOf", "requests"),
  ])
  func whatIsSelectedIsComputed(selection: String, measures: String) throws {
    let fragment =
      selection.contains("...g")
      ? "fragment g on MetricGroup { totals { errors } series { values { totalCostUsd } } }" : ""
    let implied = try keys("{ metrics { \(selection) } } \(fragment)")
    let said = try keys("{ metrics(measures: [\(measures)]) { \(selection) } } \(fragment)")
    #expect(implied == said)
    #expect(implied.count == 1)
    let variable = "query ($m: [MetricName!]) { metrics(measures: $m) { \(selection) } } \(fragment)"
    #expect(try keys(variable) == said)
    #expect(try keys(variable, variables: #"{"m": null}"#) == said)
    let other = try keys(variable, variables: #"{"m": ["avgQualityScore"]}"#)
    #expect(other != said && other.count == 1, "what the request says goes first")
  }

  /// As services of the platform do that know nothing of this.
  @Test func whoSelectsEverythingLeavesTheArgumentOut() throws {
    let schema = try SchemaBinding.tracegate(
      Source(bytes: Array(Data(contentsOf: Self.schemaFile)), name: "schema.graphql")
    ).schema
    let type = try #require(schema.type(named: "MetricValues"))
    let all = schema.fields.filter { $0.parent == type }.map(\.name).joined(separator: " ")
    let key = try keys("{ metrics { totals { \(all) } } }")
    #expect(try keys("{ metrics { totals { \(all) } asOf } }") == key)
    #expect(try keys("{ metrics(measures: [\(all)]) { totals { \(all) } } }") != key)
  }

  /// What two aliases select is computed by each of them.
  @Test func aliasesAreCallsOfTheirOwn() throws {
    let query =
      "{ a: metrics { totals { requests } } b: metrics { totals { errors } } c: metrics { totals { errors } } }"
    #expect(try Set(keys(query)).count == 2)
  }

  // MARK: Start

  @Test(arguments: [
    (#"argument: "x", type: "T""#, "`x` is no argument that takes a list of enum values"),
    (#"argument: "n", type: "T""#, "`n` is no argument that takes a list of enum values"),
    (#"argument: "m", type: "U""#, "`U` is no object type with fields named by `m`"),
    (#"argument: "m", type: "E""#, "`E` is no object type with fields named by `m`"),
    (#"argument: "m", type: "Query""#, "`Query` is no object type with fields named by `m`"),
  ])
  func whatTheSchemaCannotMeanStopsTheStart(arguments: String, problem: String) throws {
    let sdl = """
      directive @selectionArgument(argument: String!, type: String!) on FIELD_DEFINITION
      enum E { a b }
      type T { a: Int b: Int }
      type Query { t(m: [E!], n: Int): T @selectionArgument(\(arguments)) }
      """
    var registry = ResolverRegistry()
    registry.root("Query.t", Nothing())
    for name in ["a", "b"] { registry.properties(of: "T", name) }
    let schema = try SchemaBuilder.build(Source(sdl, name: "test.graphql"))
    let error = #expect(throws: BindingError.self) { try SchemaBinding(schema: schema, registry: registry) }
    #expect(error?.problems.map(\.message) == ["@selectionArgument on Query.t: \(problem)"])
  }

  private struct Nothing: RootFieldResolver {
    func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] { [] }
    func body(_ rows: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
      writer.null()
    }
  }
}
