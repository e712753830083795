import Foundation
import JSON
import Logging
import Resolver
import Schema
import Testing

/// The text of plans over the product's own schema. `UPDATE_SNAPSHOTS=1` writes the files anew.
@Suite struct PlanDescriptionTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  private static let root = folder.appendingPathComponent("../../..").standardizedFileURL

  private func explain(_ query: String, variables: String? = nil, operation: String? = nil) throws -> String {
    let schema = try Data(contentsOf: Self.root.appendingPathComponent("schema.graphql"))
    let engine = QueryEngine(
      binding: try SchemaBinding.tracegate(Source(bytes: Array(schema), name: "schema.graphql")),
      sources: nil,
      logger: Logger(label: "test")
    )
    let request = GraphQLRequest(
      document: Array(query.utf8),
      operationName: operation,
      variables: try variables.map { try JSONDocument(parsing: Array($0.utf8)).root }
    )
    return try engine.explain(request, name: "query.graphql")
  }

  private func expect(_ text: String, isIn file: String) throws {
    let file = Self.folder.appendingPathComponent("Plans/\(file).txt")
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      try (text + "\n").write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text + "\n")
  }

  @Test func theDashboard() throws {
    let document = Self.root.appendingPathComponent("Benchmarks/language/documents/dashboard.graphql")
    let text = try explain(try String(contentsOf: document, encoding: .utf8), variables: #"{"range":"7d"}"#)
    try expect(text, isIn: "dashboard")
  }

  @Test func equalCallsAndNestedFields() throws {
    let aliases = (0..<12).map { "a\($0): traces(limit: 2) { items { traceId } }" }.joined(separator: " ")
    let text = try explain(
      "query Nested($id: String!) { \(aliases) trace(traceId: $id) { __typename input spans { name } } __typename }",
      variables: #"{"id":"t-1"}"#
    )
    try expect(text, isIn: "nested")
  }

  @Test func variablesAreCoerced() {
    let error = #expect(throws: RequestErrors.self) {
      try explain("query ($id: String!) { trace(traceId: $id) { input } }")
    }
    #expect(error?.errors.first?.message == #"Variable "$id" of required type "String!" was not provided."#)
  }
}
