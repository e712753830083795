import TestSupport
import Testing

/// `tracegate query --check`: what it says, where, and with which status it ends.
@Suite(.enabled(if: TestServers.binary != nil, "needs TRACEGATE_TEST_BINARY; scripts/test sets it"))
struct QueryCommandTests {
  private static let sdl = "type Query { a(x: Int): Int q: Query list: [Query] }"
  private static let limits = (depth: "of at most 15", cost: "of at most 100000")

  /// The outcome of a check of `text` against ``sdl``, and the path that it is called by.
  private func check(_ text: String, _ more: String...) async throws -> (Program.Outcome, path: String) {
    try await check(bytes: Array(text.utf8), more)
  }

  private func check(bytes: [UInt8], _ more: [String] = []) async throws -> (Program.Outcome, path: String) {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let schema = try command.file("schema.graphql", Self.sdl)
    let path = try command.file("q.graphql", bytes: bytes)
    return (try await command.run(["query", "--check", path, "--schema", schema] + more), path)
  }

  @Test func measuresWhatIsRight() async throws {
    let (outcome, path) = try await check("{ a q { a } }")
    #expect(
      outcome.output == "\(path): 1 operation, depth 2 \(Self.limits.depth), cost 1 \(Self.limits.cost)\n"
    )
    #expect(outcome.errors == "")
    #expect(outcome.status == 0)
  }

  @Test func measuresTheLargestOrTheNamedOperation() async throws {
    let document = "query Small { a } query Large { list { q { ...f } } } fragment f on Query { q { a } }"
    let (both, path) = try await check(document)
    #expect(both.output == "\(path): 2 operations, depth 4 \(Self.limits.depth), cost 30 \(Self.limits.cost)\n")
    let (small, smallPath) = try await check(document, "--operation", "Small")
    #expect(small.output == "\(smallPath): 1 operation, depth 1 \(Self.limits.depth), cost 0 \(Self.limits.cost)\n")
  }

  @Test func showsEveryMistakeWithItsLine() async throws {
    let mistakes = (1...60).map { "  wrong\($0)" }
    let (outcome, path) = try await check("{\n" + mistakes.joined(separator: "\n") + "\n\ta(y: 1)\n}\n")
    let expected = (1...60).map { number in
      "\(path):\(number + 1):3: Cannot query field \"wrong\(number)\" on type \"Query\".\n    wrong\(number)\n    ^\n"
    }
    #expect(
      outcome.errors == expected.joined() + """
        \(path):62:4: Unknown argument "y" on field "Query.a". Did you mean "x"?
          \ta(y: 1)
          \t  ^

        """
    )
    #expect(outcome.output == "")
    #expect(outcome.status == 1)
  }

  @Test func stopsAtAThousandMistakes() async throws {
    let (outcome, path) = try await check("{ " + String(repeating: "x: a x: q ", count: 1_000) + "}")
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count == 3 * 1_000 + 1)
    #expect(lines.last.map(String.init) == "\(path): Stopped after 1000 errors.")
    #expect(outcome.status == 1)
  }

  @Test func showsWhereItIsNoGraphQL() async throws {
    let (outcome, path) = try await check("{ a(x: \"日本\" }")
    #expect(
      outcome.errors == """
        \(path):1:13: Syntax Error: Expected Name, found "}".
          { a(x: "日本" }
                        ^

        """
    )
    #expect(outcome.status == 1)
  }

  @Test func showsWhereItIsNoUTF8() async throws {
    let (outcome, path) = try await check(bytes: Array("{ a\n  ".utf8) + [0xFF] + Array(" }".utf8))
    #expect(
      outcome.errors == """
        \(path):2:3: Syntax Error: Invalid UTF-8: unexpected byte 0xFF.
            \u{FFFD} }
            ^

        """
    )
    #expect(outcome.status == 1)
  }

  @Test func appliesTheLimitsToEachOperation() async throws {
    let deep = String(repeating: "q { ", count: 15) + "a" + String(repeating: " }", count: 15)
    let (outcome, path) = try await check("query Fine { a }\n\nquery Deep { \(deep) }")
    #expect(
      outcome.errors == """
        \(path):3:1: The operation nests 16 levels deep; at most 15 are allowed.
          query Deep { \(deep) }
          ^

        """
    )
    #expect(outcome.status == 1)
    #expect(try await check("query Fine { a } query Deep { \(deep) }", "--operation", "Fine").0.status == 0)
  }

  @Test func appliesTheParsersLimits() async throws {
    let (outcome, path) = try await check("{" + String(repeating: " a", count: 15_000) + " }")
    #expect(outcome.errors.hasPrefix("\(path):1:30001: Document contains more than 15000 tokens.\n  …a a"))
    #expect(outcome.status == 1)
    let (large, largePath) = try await check("{ a } #" + String(repeating: ".", count: 1 << 20))
    #expect(large.errors == "\(largePath): Document is larger than 1048576 bytes.\n")
    #expect(large.status == 1)
  }

  @Test func wantsTheOperationThatIsNamed() async throws {
    let (outcome, path) = try await check("query A { a }", "--operation", "B")
    #expect(outcome.errors == "\(path): Unknown operation named \"B\".\n")
    #expect(outcome.status == 1)
  }

  @Test func readsStandardInput() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let schema = try command.file("schema.graphql", Self.sdl)
    let right = try await command.run("query", "--check", "-", "--schema", schema, input: "{ a }")
    #expect(right.output == "<stdin>: 1 operation, depth 1 \(Self.limits.depth), cost 0 \(Self.limits.cost)\n")
    let wrong = try await command.run("query", "--check", "-", "--schema", schema, input: "{ b }")
    #expect(
      wrong.errors == """
        <stdin>:1:3: Cannot query field "b" on type "Query". Did you mean "a" or "q"?
          { b }
            ^

        """
    )
    #expect(wrong.status == 1)
  }

  @Test func looksAtTheGatewaysOwnSchema() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let outcome = try await command.run(
      "query",
      "--check",
      "-",
      input: #"{ homeKpis(range: "25h") { totalRequests { value } } }"#
    )
    #expect(
      outcome.errors == """
        <stdin>:1:19: Invalid time range: "25h" is neither 1h, 24h, 7d or 30d nor an interval such as \
        2025-10-01T00:00:00Z/2025-10-08T00:00:00Z or 2025-10-01T00:00:00Z/P7D
          { homeKpis(range: "25h") { totalRequests { value } } }
                            ^

        """
    )
    #expect(outcome.status == 1)
  }

  @Test func saysThatThereIsNoSuchFile() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let outcome = try await command.run("query", "--check", "no/such.graphql")
    #expect(outcome.errors == "Error: no/such.graphql: No such file or directory\n")
    #expect(outcome.status == 1)
    let folder = try await command.run("query", "--check", "/")
    #expect(folder.errors == "Error: /: cannot be read\n")
  }
}
