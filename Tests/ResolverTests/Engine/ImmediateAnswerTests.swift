import Cache
import Database
import JSON
import Logging
import Resolver
import Schema
import Synchronization
import Testing

/// Answers from memory, without waiting.
@Suite struct ImmediateAnswerTests {
  private static let sdl = """
    directive @cached(ttl: Int!, key: String!) on FIELD_DEFINITION
    type Query {
      list(limit: Int = 3): List @cached(ttl: 60, key: "list:{workspace_id}:{limit}")
      sum(filter: String): Int! @cached(ttl: 60, key: "sum:{workspace_id}:{args_hash}")
      loose: Int
    }
    type List { total: Int! items: [Item!]! }
    type Item { id: ID! name: String detail: String }
    """

  /// Bodies by key, as the memory tier will hold them.
  private final class Memory: BodyMemory {
    private let bodies = Mutex<[String: (KeptBody, Duration)]>([:])

    func keep(_ body: String, under key: String, remaining: Duration = .seconds(9)) throws -> KeptBody {
      let body = KeptBody(try JSONDocument(parsing: Array(body.utf8)))
      bodies.withLock { $0[key] = (body, remaining) }
      return body
    }

    func find(_ keys: [CacheKey], workspace: String) -> [(body: KeptBody, remaining: Duration)]? {
      let found = bodies.withLock { bodies in keys.compactMap { bodies[$0.description] } }
      return found.count == keys.count ? found.map { (body: $0.0, remaining: $0.1) } : nil
    }
  }

  private struct Unavailable: RootFieldResolver, NestedFieldResolver {
    func queries(_ call: FieldCall) throws(GraphQLError) -> [SQLQuery] { throw Self.failure }
    func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) {}
    func queries(parents: [JSONValue], properties: Set<String>, call: FieldCall) throws(GraphQLError) -> [SQLQuery] {
      throw Self.failure
    }
    func bodies(
      _ results: [SQLResult],
      parents: [JSONValue],
      properties: Set<String>,
      call: FieldCall,
      into writer: inout JSONWriter
    ) {}
    static let failure = GraphQLError("Not in memory.", code: .internalServerError)
  }

  private let memory = Memory()
  private let engine: QueryEngine
  private let principal = Principal(workspaceID: .none, userID: "test")
  private var workspace: String { principal.workspaceID.text }

  init() throws {
    let schema = try SchemaBuilder.build(Source(Self.sdl, name: "schema.graphql"))
    var registry = ResolverRegistry()
    for field in ["list", "sum", "loose"] { registry.root("Query.\(field)", Unavailable()) }
    registry.properties(of: "List", "total", "items")
    registry.properties(of: "Item", "id", "name")
    registry.nested(of: "Item", "detail", resolver: Unavailable())
    engine = QueryEngine(
      binding: try SchemaBinding(schema: schema, registry: registry),
      sources: nil,
      memory: memory,
      logger: Logger(label: "test")
    )
  }

  private func request(_ query: String, variables: String? = nil) throws -> GraphQLRequest {
    GraphQLRequest(
      document: Array(query.utf8),
      variables: try variables.map { try JSONDocument(parsing: Array($0.utf8)).root }
    )
  }

  /// What is said at once, after the document has been seen.
  private func immediately(_ query: String, variables: String? = nil) async throws -> ExecutionResult? {
    let request = try request(query, variables: variables)
    _ = await engine.execute(request, for: principal)
    return engine.executeImmediately(request, for: principal)
  }

  private func text(_ result: ExecutionResult?) -> String? {
    result.map { String(decoding: $0.body, as: UTF8.self) }
  }

  @Test func aDocumentThatWasNotSeenYetHasToWait() async throws {
    let request = try request("{ __typename }")
    #expect(engine.executeImmediately(request, for: principal) == nil)
    _ = await engine.execute(request, for: principal)
    #expect(text(engine.executeImmediately(request, for: principal)) == #"{"data":{"__typename":"Query"}}"#)
    #expect(engine.planStatistics.misses == 1)
    #expect(engine.planStatistics.hits == 1)
  }

  @Test func answersWhenAllBodiesAreInMemory() async throws {
    _ = try memory.keep(
      #"{"items":[{"id":"1","name":"a"},{"id":2,"name":null}],"total":7}"#,
      under: "list:\(workspace):3"
    )
    _ = try memory.keep(
      "12",
      under: "sum:\(workspace):44136fa355b3678a1146ad16f7e8649e",
      remaining: .seconds(4)
    )
    let query = "{ sum list { __typename total items { n: name id } } again: list { total } __typename }"
    let answer = try await immediately(query)
    #expect(
      text(answer) == #"{"data":{"sum":12,"list":{"__typename":"List","total":7,"#
        + #""items":[{"n":"a","id":"1"},{"n":null,"id":"2"}]},"again":{"total":7},"__typename":"Query"}}"#
    )
    #expect(answer?.remaining == .seconds(4))
    // The second time out of what was rendered.
    #expect(text(try await immediately(query)) == text(answer))
  }

  @Test(arguments: ["{ list { total } }", "{ loose }", "{ list { total } loose }"])
  func waitsWhenABodyIsNotThere(query: String) async throws {
    #expect(try await immediately(query) == nil)
  }

  @Test func waitsForWhatABodyLacks() async throws {
    let key = "list:\(workspace):3"
    let query = "{ list { items { id detail } } }"
    _ = try memory.keep(#"{"items":[{"id":"1"}]}"#, under: key)
    #expect(try await immediately(query) == nil)
    _ = try memory.keep(#"{"items":[{"id":"1","detail":"d"}]}"#, under: key)
    #expect(text(try await immediately(query)) == #"{"data":{"list":{"items":[{"id":"1","detail":"d"}]}}}"#)
    _ = try memory.keep(#"{"items":[]}"#, under: key)
    #expect(text(try await immediately(query)) == #"{"data":{"list":{"items":[]}}}"#)
  }

  @Test func variablesChooseTheBody() async throws {
    _ = try memory.keep(#"{"total":5}"#, under: "list:\(workspace):5")
    let query = "query ($n: Int) { list(limit: $n) { total } }"
    #expect(text(try await immediately(query, variables: #"{"n":5}"#)) == #"{"data":{"list":{"total":5}}}"#)
    #expect(try await immediately(query, variables: #"{"n":6}"#) == nil)
    #expect(text(try await immediately(query, variables: #"{"n":"x"}"#))?.hasPrefix(#"{"errors":["#) == true)
  }

  @Test func aRenderingBelongsToItsBodyAndItsPlan() async throws {
    let key = "list:\(workspace):3"
    _ = try memory.keep(#"{"total":1}"#, under: key)
    let one = "{ list { total } }"
    let other = "{ list { t: total } }"
    for _ in 0..<2 {
      #expect(text(try await immediately(one)) == #"{"data":{"list":{"total":1}}}"#)
      #expect(text(try await immediately(other)) == #"{"data":{"list":{"t":1}}}"#)
    }
    let choice = "query ($x: Boolean!) { list { a: total @include(if: $x) b: total } }"
    for _ in 0..<2 {
      #expect(text(try await immediately(choice, variables: #"{"x":true}"#)) == #"{"data":{"list":{"a":1,"b":1}}}"#)
      #expect(text(try await immediately(choice, variables: #"{"x":false}"#)) == #"{"data":{"list":{"b":1}}}"#)
    }
    _ = try memory.keep(#"{"total":2}"#, under: key)
    #expect(text(try await immediately(one)) == #"{"data":{"list":{"total":2}}}"#)
  }

  @Test func whatWentWrongIsWrittenAnewEachTime() async throws {
    _ = try memory.keep(#"{"total":null}"#, under: "list:\(workspace):3")
    for _ in 0..<2 {
      #expect(
        text(try await immediately("{ list { total } }"))
          == #"{"data":{"list":null},"errors":[{"message":"Cannot return null for non-nullable field List.total.","#
          + #""locations":[{"line":1,"column":10}],"path":["list","total"],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}"#
      )
    }
  }

  @Test func renderingsAreBounded() async throws {
    let body = try memory.keep(#"{"total":1}"#, under: "list:\(workspace):3")
    for index in 0..<200 {
      #expect(text(try await immediately("{ list { x\(index): total } }")) == #"{"data":{"list":{"x\#(index)":1}}}"#)
    }
    #expect(body.fragments.bytes <= body.fragments.maxBytes)
    #expect(body.fragments.count == 16)
  }

  /// It used to end the process.
  @Test func anEngineWithoutDatabaseSaysSo() async throws {
    let schema = try SchemaBuilder.build(Source("type Query { a: Int }", name: "schema.graphql"))
    var registry = ResolverRegistry()
    registry.root("Query.a", Asking())
    let engine = QueryEngine(
      binding: try SchemaBinding(schema: schema, registry: registry),
      sources: nil,
      logger: Logger(label: "test")
    )
    let answer = await engine.execute(try request("{ a }"), for: principal)
    #expect(answer.errors.map(\.message) == ["The engine has no database."])
  }

  private struct Asking: RootFieldResolver {
    func queries(_ call: FieldCall) -> [SQLQuery] { [SQLQuery(SQLStatement("one", "SELECT 1"))] }
    func body(_ results: [SQLResult], _ call: FieldCall, into writer: inout JSONWriter) { writer.null() }
  }
}
