import Crypto
import Foundation
import JSON
import TestSupport
import Testing

/// Documents that a request names instead of bringing them.
@Suite(.needsServers, GatewayTrait(environment: ["CACHE_MEMORY_BYTES": "0"]), .serialized)
struct PersistedDocumentTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  private static let notFound = #"""
    {"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}
    """#
  private static let unknown = #"""
    {"errors":[{"message":"There is no document with this \"documentId\".",\#
    "extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}
    """#

  // MARK: - Trusted documents

  @Test func aTrustedDocumentGoesByFourNames() async throws {
    let file = try Data(contentsOf: URL(fileURLWithPath: "operations/dashboard.graphql"))
    let hash = Fingerprint.sha256(Array(file))
    let client = gateway.owner.client
    let whole = try await client.graphQL(DashboardQuery.document, variables: #"{"range":"7d"}"#)
    for name in ["dashboard", "Dashboard", "sha256:\(hash)"] {
      let variables = "variables=%7B%22range%22%3A%227d%22%7D"
      #expect(try await client.get("/graphql?documentId=\(name)&\(variables)").text == whole.text, "\(name)")
      let posted = try await client.post("/graphql", json: #"{"documentId":"\#(name)","variables":{"range":"7d"}}"#)
      #expect(posted.text == whole.text, "\(name)")
    }
    let apollo = try await client.post("/graphql", json: Self.lookUp(hash))
    #expect(try apollo.json["data"]?["alerts"]?["total"]?.int == 30)
  }

  @Test func theDashboardsDocumentIsTheOneOfTheContract() throws {
    let text = try String(contentsOf: URL(fileURLWithPath: "operations/dashboard.graphql"), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.joined(separator: "\n") == DashboardQuery.document)
  }

  @Test func anUnknownIdentifierIsARequestError() async throws {
    let client = gateway.owner.client
    for id in ["nothing", "sha256:" + String(repeating: "0", count: 64)] {
      let old = try await client.get("/graphql?documentId=\(id)", fields: [("Accept", "application/json")])
      #expect(old.status == 200)
      #expect(old.text == Self.unknown)
      let modern = try await client.get(
        "/graphql?documentId=\(id)",
        fields: [("Accept", "application/graphql-response+json")]
      )
      #expect(modern.status == 400)
      #expect(modern.text == Self.unknown)
    }
  }

  @Test func nobodyIsToldWithoutAToken() async throws {
    #expect(try await gateway.anybody.get("/graphql?documentId=dashboard").status == 401)
  }

  // MARK: - Automatic persisted queries

  @Test func aDocumentIsRegisteredOnce() async throws {
    let client = gateway.owner.client
    let (query, hash) = Self.document()
    #expect(try await client.post("/graphql", json: Self.lookUp(hash)).text == Self.notFound)
    let registered = try await client.post("/graphql", json: Self.registration(query, hash))
    #expect(try registered.json["data"]?["alerts"]?["total"]?.int == 30)
    let key = "apq:\(hash)"
    let kept = try await Patience.wait(for: key) { () -> String? in
      let text = try await gateway.redis.ask("GET", key)
      return text.isEmpty ? nil : text
    }
    #expect(kept == query, "the text, and nothing of who brought it")
    #expect((86_000...86_400).contains(Int(try await gateway.redis.ask("TTL", key)) ?? 0))

    // In memory: what is left on the wire is the one read of the field.
    gateway.resetCounts()
    let found = try await client.post("/graphql", json: Self.lookUp(hash))
    #expect(found.text == registered.text)
    #expect(gateway.redisWire.counts.turns == 1)
    // By GET, and to another workspace with that one's data.
    let get = try await gateway.stranger.client.get("/graphql?extensions=\(Self.escaped(Self.extensions(hash)))")
    #expect(try get.json["data"]?["alerts"]?["total"]?.int == 0)
    #expect(try await client.get("/graphql?documentId=sha256:\(hash)").text == registered.text)
    try await gateway.redis.ask("DEL", key)
  }

  @Test func whatAnotherInstanceRegisteredIsFoundInRedis() async throws {
    let (query, hash) = Self.document()
    try await gateway.redis.ask("SET", "apq:\(hash)", query, "EX", "60")
    let answer = try await gateway.owner.client.post("/graphql", json: Self.lookUp(hash))
    #expect(try answer.json["data"]?["alerts"]?["total"]?.int == 30)
    try await gateway.redis.ask("DEL", "apq:\(hash)")
    #expect(try await gateway.owner.client.post("/graphql", json: Self.lookUp(hash)).text == answer.text)
  }

  @Test func aTextUnderAForeignHashIsNotExecuted() async throws {
    let (_, hash) = Self.document()
    try await gateway.redis.ask("SET", "apq:\(hash)", "{ activity { total } }", "EX", "60")
    #expect(try await gateway.owner.client.post("/graphql", json: Self.lookUp(hash)).text == Self.notFound)
    try await gateway.redis.ask("DEL", "apq:\(hash)")
  }

  @Test(arguments: ["{ nothing }", "{ alerts {", "{ alerts(limit: 1) }"])
  func whatIsNotValidIsNotKept(query: String) async throws {
    let hash = Fingerprint.sha256(Array(query.utf8))
    let client = gateway.owner.client
    let refused = try await client.post("/graphql", json: Self.registration(query, hash))
    #expect(try refused.json["errors"]?.elements.isEmpty == false)
    #expect(try refused.json["data"] == nil)
    #expect(try await client.post("/graphql", json: Self.lookUp(hash)).text == Self.notFound)
    #expect(try await gateway.redis.ask("EXISTS", "apq:\(hash)") == "0")
  }

  @Test func aWrongHashIsABadRequest() async throws {
    let answer = try await gateway.owner.client.post(
      "/graphql",
      json: Self.registration("{ alerts { total } }", String(repeating: "0", count: 64))
    )
    #expect(answer.status == 400)
    #expect(
      answer.text == #"""
        {"errors":[{"message":"\"extensions.persistedQuery.sha256Hash\" is not the SHA-256 of \"query\"",\#
        "extensions":{"code":"BAD_REQUEST"}}]}
        """#
    )
  }

  @Test func aRegisteredMutationIsNotPerformedByGet() async throws {
    let query = "mutation Again { refresh { refreshedAt } }"
    let hash = Fingerprint.sha256(Array(query.utf8))
    let posted = try await gateway.owner.client.post("/graphql", json: Self.registration(query, hash))
    #expect(try posted.json["errors"] == nil)
    #expect(try await gateway.owner.client.get("/graphql?documentId=sha256:\(hash)").status == 405)
    try await gateway.redis.ask("DEL", "apq:\(hash)")
  }

  // MARK: - Help

  /// A document that no other test has.
  private static func document() -> (query: String, hash: String) {
    let query = "query Q\(UUID().uuidString.prefix(8)) { alerts { total } }"
    return (query, Fingerprint.sha256(Array(query.utf8)))
  }

  private static func extensions(_ hash: String) -> String {
    #"{"persistedQuery":{"version":1,"sha256Hash":"\#(hash)"}}"#
  }

  private static func lookUp(_ hash: String) -> String {
    #"{"extensions":\#(extensions(hash))}"#
  }

  private static func registration(_ query: String, _ hash: String) -> String {
    #"{"query":"\#(query)","extensions":\#(extensions(hash))}"#
  }

  private static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
  }
}

/// A deployment that executes its own documents alone.
@Suite(
  .needsServers,
  GatewayTrait(environment: ["GRAPHQL_DOCUMENTS": "trusted-only", "GRAPHQL_BATCH_LIMIT": "3"]),
  .serialized
)
struct TrustedOnlyTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  private static let refusal = #"""
    {"errors":[{"message":"Only the documents of this deployment are executed here, and this is none of them.",\#
    "extensions":{"code":"DOCUMENT_NOT_TRUSTED"}}]}
    """#
  private static let query = "{ alerts { total } }"

  @Test func itsOwnAreExecuted() async throws {
    let text = try String(contentsOf: URL(fileURLWithPath: "operations/dashboard.graphql"), encoding: .utf8)
    let client = gateway.owner.client
    let answer = try await client.get("/graphql?documentId=dashboard")
    #expect(try answer.json["data"]?["alerts"]?["total"]?.int == 30)
    #expect(try await client.graphQL(text).text == answer.text, "the text of one is as good as its name")
    let hash = Fingerprint.sha256(Array(text.utf8))
    let apollo = try await client.post(
      "/graphql",
      json: #"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"\#(hash)"}}}"#
    )
    #expect(apollo.text == answer.text)
    #expect(try await client.get("/api/v1/alerts/recent").status == 200, "REST paths are ours anyway")
  }

  @Test func othersAreRefusedOnEveryWayIn() async throws {
    let hash = Fingerprint.sha256(Array(Self.query.utf8))
    // As if another instance, which is open, had registered it.
    try await gateway.redis.ask("SET", "apq:\(hash)", Self.query, "EX", "60")
    let persisted = #""extensions":{"persistedQuery":{"version":1,"sha256Hash":"\#(hash)"}}"#
    let bodies = [
      #"{"query":"\#(Self.query)"}"#, #"{"query":"\#(Self.query)",\#(persisted)}"#, "{\(persisted)}",
      #"{"documentId":"sha256:\#(hash)"}"#, #"{"documentId":"nothing"}"#, #"{"query":"{ __typename }"}"#,
    ]
    for body in bodies {
      let answer = try await gateway.owner.client.post("/graphql", json: body)
      #expect(answer.text == Self.refusal, "\(body)")
    }
    for target in ["query=%7B__typename%7D", "documentId=sha256:\(hash)"] {
      #expect(try await gateway.owner.client.get("/graphql?\(target)").text == Self.refusal, "\(target)")
    }
    let batch = try await gateway.owner.client.post(
      "/graphql",
      json: #"[{"documentId":"dashboard"},{"query":"{ __typename }"}]"#
    )
    #expect(batch.text.hasPrefix(#"[{"data":{"homeKpis":"#))
    #expect(batch.text.hasSuffix(",\(Self.refusal)]"))
    #expect(!(try await gateway.owner.client.graphQL("mutation { refresh { refreshedAt } }")).text.contains("data"))
    try await gateway.redis.ask("DEL", "apq:\(hash)")
  }
}

/// What stops the start.
@Suite(.needsServers)
struct TrustedDocumentFileTests {
  private func start(_ files: [(String, String)]) async throws -> (status: Int32, errors: String) {
    let command = try CommandUnderTest()
    defer { command.remove() }
    for (name, text) in files { _ = try command.file(name, text) }
    let folder = (try command.file("note.txt", "not looked at") as NSString).deletingLastPathComponent
    let environment = ["OPERATIONS_FOLDER": folder, "JWT_SECRET": "only for tests, and long enough for HS256"]
    let program = try await Program(TestServers.binary ?? "", ["serve"], environment: environment)
    let outcome = await program.outcome()
    return (outcome.status, outcome.errors.replacingOccurrences(of: folder, with: "operations"))
  }

  @Test func aMistakeIsNamedWithItsPlace() async throws {
    let outcome = try await start([
      ("a.graphql", "query A { alerts { total } }"), ("b.graphql", "query B {\n  alerts { totl }\n}\n"),
    ])
    #expect(outcome.status != 0)
    #expect(
      outcome.errors.contains("operations/b.graphql:2:12: Cannot query field \"totl\" on type \"AlertList\"."),
      "\(outcome.errors)"
    )
  }

  @Test func aNameIsGivenOnce() async throws {
    let outcome = try await start([
      ("a.graphql", "query One { alerts { total } }"), ("b.graphql", "query One { activity { total } }"),
    ])
    #expect(outcome.status != 0)
    #expect(
      outcome.errors.contains("operations/b.graphql: the name \"One\" is taken by operations/a.graphql"),
      "\(outcome.errors)"
    )
  }
}

/// Hashes as a client computes them.
enum Fingerprint {
  static func sha256(_ bytes: [UInt8]) -> String {
    SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
  }
}
