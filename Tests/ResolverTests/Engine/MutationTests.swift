import Database
import JSON
import Logging
import Resolver
import Schema
import Synchronization
import Testing

/// Spec section 6.2.2: the fields of a mutation are performed one after the other, each with all that is below it.
@Suite struct MutationTests {
  private static let sdl = """
    type Query { a: Int }
    type Mutation { mark(name: String!): Mark strict(name: String!): Mark! }
    type Mark { name: String size: Int }
    """

  /// What happened, in order.
  private final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    func note(_ line: String) { lines.withLock { $0.append(line) } }
    var text: String { lines.withLock { $0.joined(separator: " ") } }
  }

  /// Begins, lets everybody else go on, ends; a name of "bad" fails, one of "none" is null.
  private struct Marking: MutationResolver {
    let journal: Journal

    func perform(_ call: MutationCall) async throws(GraphQLError) -> [UInt8] {
      let name = call.arguments["name"]?.stringValue ?? ""
      journal.note("+\(name)")
      for _ in 0..<10 { await Task.yield() }
      journal.note("-\(name)")
      if name == "bad" { throw GraphQLError("No.", code: .notFound) }
      if name == "none" { return Array("null".utf8) }
      return Array(#"{"name":"\#(name)"}"#.utf8)
    }
  }

  /// The part below a mutation that needs a fetch of its own.
  private struct Sizes: NestedFieldResolver {
    let journal: Journal

    func queries(parents: [JSONValue], properties: Set<String>, call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
      journal.note("size:\(parents.compactMap { $0["name"]?.string }.joined())")
      return []
    }

    func bodies(
      _ results: [SQLResult],
      parents: [JSONValue],
      properties: Set<String>,
      call: FieldCall,
      into writer: inout JSONWriter
    ) throws(GraphQLError) {
      writer.beginArray()
      for parent in parents {
        writer.beginObject()
        writer.key("size")
        writer.int(Int64(parent["name"]?.string?.utf8.count ?? 0))
        writer.endObject()
      }
      writer.endArray()
    }
  }

  /// A root field that nobody asks.
  private struct Nothing: RootFieldResolver {
    func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] { [] }
    func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) throws(GraphQLError) {
      writer.null()
    }
  }

  private static func binding(_ sdl: String, _ journal: Journal) throws -> SchemaBinding {
    var registry = ResolverRegistry()
    registry.root("Query.a", Nothing())
    registry.mutation("Mutation.mark", Marking(journal: journal))
    registry.mutation("Mutation.strict", Marking(journal: journal))
    registry.properties(of: "Mark", "name")
    registry.nested(of: "Mark", "size", resolver: Sizes(journal: journal))
    return try SchemaBinding(schema: SchemaBuilder.build(Source(sdl, name: "schema.graphql")), registry: registry)
  }

  private func execute(
    _ query: String,
    refusal: GraphQLError? = nil
  ) async throws -> (response: String, journal: String) {
    let journal = Journal()
    let engine = QueryEngine(
      binding: try Self.binding(Self.sdl, journal),
      sources: nil,
      logger: Logger(label: "test")
    )
    let request = GraphQLRequest(document: Array(query.utf8), mutationRefusal: refusal)
    let result = await engine.execute(request, for: Principal(workspaceID: .none, userID: "test"))
    return (String(decoding: result.body, as: UTF8.self), journal.text)
  }

  @Test func eachFieldEndsBeforeTheNextBegins() async throws {
    let (response, journal) = try await execute(
      #"mutation { c: mark(name: "three") { name } a: mark(name: "one") { name } b: mark(name: "two") { name } }"#
    )
    #expect(response == #"{"data":{"c":{"name":"three"},"a":{"name":"one"},"b":{"name":"two"}}}"#)
    #expect(journal == "+three -three +one -one +two -two")
  }

  @Test func whatIsBelowAFieldBelongsToIt() async throws {
    let (response, journal) = try await execute(
      #"mutation { a: mark(name: "one") { size } b: mark(name: "three") { name size } }"#
    )
    #expect(response == #"{"data":{"a":{"size":3},"b":{"name":"three","size":5}}}"#)
    #expect(journal == "+one -one size:one +three -three size:three")
  }

  @Test func equalCallsAreTwoCalls() async throws {
    let (_, journal) = try await execute(#"mutation { a: mark(name: "x") { name } b: mark(name: "x") { name } }"#)
    #expect(journal == "+x -x +x -x")
  }

  @Test func mergedFieldsAreOneCall() async throws {
    let (response, journal) = try await execute(
      #"mutation { mark(name: "x") { name } ... { mark(name: "x") { size } } }"#
    )
    #expect(response == #"{"data":{"mark":{"name":"x","size":1}}}"#)
    #expect(journal == "+x -x size:x")
  }

  @Test func aFailureLeavesTheOthersTheirTurn() async throws {
    let (response, journal) = try await execute(
      #"mutation { a: mark(name: "bad") { name } n: mark(name: "none") { size } b: mark(name: "two") { name } }"#
    )
    #expect(
      response == #"""
        {"data":{"a":null,"n":null,"b":{"name":"two"}},"errors":[{"message":"No.",\#
        "locations":[{"line":1,"column":12}],"path":["a"],"extensions":{"code":"NOT_FOUND"}}]}
        """#
    )
    #expect(journal == "+bad -bad +none -none +two -two")
  }

  @Test func aNullThatMayNotBeTakesDataWithIt() async throws {
    let (response, journal) = try await execute(
      #"mutation { a: strict(name: "bad") { name } b: mark(name: "two") { name } }"#
    )
    #expect(response.hasPrefix(#"{"data":null,"errors":[{"message":"No.""#))
    #expect(journal == "+bad -bad +two -two")
  }

  @Test func aTransportThatOnlyReadsRefusesAllOfIt() async throws {
    let refusal = GraphQLError("Only reads.", code: .forbidden)
    let refused = try await execute(#"mutation { mark(name: "x") { name } }"#, refusal: refusal)
    #expect(refused.response == #"{"errors":[{"message":"Only reads.","extensions":{"code":"FORBIDDEN"}}]}"#)
    #expect(refused.journal == "")
    let query = try await execute("{ __typename }", refusal: refusal)
    #expect(query.response == #"{"data":{"__typename":"Query"}}"#)
  }

  @Test func whatAMutationAnswersIsNotCached() throws {
    let sdl = """
      directive @cached(ttl: Int!, key: String!) on FIELD_DEFINITION
      type Query { a: Int }
      type Mutation {
        mark(name: String!): Mark @cached(ttl: 1, key: "{workspace_id}")
        strict(name: String!): Mark!
      }
      type Mark { name: String size: Int }
      """
    let error = #expect(throws: BindingError.self) { try Self.binding(sdl, Journal()) }
    #expect(
      error?.problems.map(\.message) == ["@cached on Mutation.mark: what a mutation answers is never cached"]
    )
  }

  @Test func aMutationNeedsAResolver() throws {
    let error = #expect(throws: BindingError.self) {
      try Self.binding("type Query { a: Int } type Mutation { other: Int }", Journal())
    }
    #expect(error?.problems.map(\.message).contains("field Mutation.other has no resolver") == true)
    #expect(
      error?.problems.map(\.message).contains("the resolver of Mutation.mark has no field in the schema") == true
    )
  }
}
