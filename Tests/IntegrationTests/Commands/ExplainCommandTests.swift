import TestSupport
import Testing

/// `tracegate explain`: what it says, where, and with which status it ends.
@Suite(.enabled(if: TestServers.binary != nil, "needs TRACEGATE_TEST_BINARY; scripts/test sets it"))
struct ExplainCommandTests {
  @Test func saysHowADocumentIsAnswered() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let document =
      "query Q($n: Int = 3) { alerts(limit: $n) { total } a: alerts(limit: 3) { items { id } } __typename }"
    let path = try command.file("q.graphql", document)
    let outcome = try await command.run("explain", path)
    #expect(outcome.errors == "")
    #expect(outcome.status == 0)
    #expect(
      outcome.output.hasPrefix(
        """
        query Q: depth 3, fields 6, cost 12

        layer 1: 1 call for 2 root fields
          Redis: 1 key, 1 round trip; PostgreSQL: all that is missing, 1 round trip

          Query.alerts {"limit":3}
            shown as: alerts, a
            key: alerts:recent:{workspace_id}:3:all, for 60 s
            statement alerts, 2 parameters:
              SELECT total.total,
        """
      ),
      "\(outcome.output)"
    )
    #expect(
      outcome.output.hasSuffix(
        """

        answer
          alerts: AlertList (layer 1)
            total: Int!
          a: AlertList (layer 1)
            items: [Alert!]!
              id: UUID!
          __typename: String! (constant)

        """
      ),
      "\(outcome.output)"
    )
  }

  /// Another value of a variable is another call.
  @Test func readsVariablesAndStandardInput() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let document = "query A { homeKpis { asOf } } query B($n: Int!) { alerts(limit: $n) { total } }"
    let outcome = try await command.run(
      "explain",
      "-",
      "--operation",
      "B",
      "--variables",
      #"{"n": 7}"#,
      input: document
    )
    #expect(outcome.output.contains("key: alerts:recent:{workspace_id}:7:all, for 60 s\n"), "\(outcome)")
    #expect(outcome.status == 0)
  }

  @Test func showsEveryMistakeWithItsLine() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let path = try command.file("q.graphql", "{\n  alerts { nothing }\n}\n")
    let outcome = try await command.run("explain", path)
    #expect(
      outcome.errors == """
        \(path):2:12: Cannot query field "nothing" on type "AlertList".
            alerts { nothing }
                     ^

        """
    )
    #expect(outcome.output == "")
    #expect(outcome.status == 1)
  }
}
