import JSON
import TestSupport
import Testing

/// `tracegate schema`: what it says, where, and with which status it ends.
@Suite(.enabled(if: TestServers.binary != nil, "needs TRACEGATE_TEST_BINARY; scripts/test sets it"))
struct SchemaCommandTests {
  @Test func checkAcceptsTheGatewaysOwn() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let outcome = try await command.run("schema", "check")
    #expect(outcome.errors == "")
    #expect(outcome.status == 0)
    #expect(try /schema\.graphql: \d+ types, \d+ fields, \d+ directives\n/.wholeMatch(in: outcome.output) != nil)
  }

  @Test func checkCountsWhatAnotherFileDefines() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let path = try command.file("a.graphql", "type Query { a: Int b: E } enum E { X } directive @d on FIELD")
    let outcome = try await command.run("schema", "check", "--schema", path)
    #expect(outcome.output == "\(path): 2 types, 2 fields, 1 directive\n")
    #expect(outcome.errors == "")
    #expect(outcome.status == 0)
  }

  @Test func checkShowsEveryMistakeWithItsLine() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let path = try command.file("a.graphql", "type Query {\n  a: Nope\n\tb(x: Gone): Int\n}\n")
    let outcome = try await command.run("schema", "check", "--schema", path)
    #expect(
      outcome.errors == """
        \(path):2:6: Unknown type "Nope".
            a: Nope
               ^
        \(path):3:7: Unknown type "Gone".
          \tb(x: Gone): Int
          \t     ^

        """
    )
    #expect(outcome.output == "")
    #expect(outcome.status == 1)
  }

  @Test func checkShowsWhereItIsNoGraphQL() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let path = try command.file("a.graphql", "type Query { é }")
    let outcome = try await command.run("schema", "check", "--schema", path)
    #expect(
      outcome.errors == """
        \(path):1:14: Syntax Error: Unexpected character: U+00E9.
          type Query { é }
                       ^

        """
    )
    #expect(outcome.status == 1)
  }

  private static let cached = """
    directive @cached(ttl: Int!, key: String!, owner: String, environment: String) on FIELD_DEFINITION
    type Query {
      a(limit: Int): Int @cached(ttl: 60, key: "a:{workspace_id}:{limit}")
      b: Int @cached(ttl: -1, key: "b:{workspace_id}")
      c: Int @cached(ttl: 60, key: "c:{what}")
    }
    """

  @Test func checkHoldsCachePoliciesOfAnotherFileAgainstItsArguments() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let path = try command.file("a.graphql", Self.cached)
    let outcome = try await command.run("schema", "check", "--schema", path)
    #expect(
      outcome.errors == """
        \(path):4:10: @cached on Query.b: ttl is -1; it must be 0 or more seconds
            b: Int @cached(ttl: -1, key: "b:{workspace_id}")
                   ^
        \(path):5:10: @cached on Query.c: {what} is no argument of the field; known are {args_hash}, {filters_hash}, \
        {workspace_id}
            c: Int @cached(ttl: 60, key: "c:{what}")
                   ^
        \(path):5:10: @cached on Query.c: a key without {workspace_id} must name in `owner` the member that holds the \
        workspace
            c: Int @cached(ttl: 60, key: "c:{what}")
                   ^

        """
    )
    #expect(outcome.status == 1)
  }

  private static let cachedBelowTheRoot = """
    directive @cached(ttl: Int!, key: String!) on FIELD_DEFINITION
    type Query {
      a: A @cached(ttl: 60, key: "a:{workspace_id}")
    }
    type A {
      b: Int @cached(ttl: 60, key: "b:{workspace_id}")
    }
    """

  @Test func checkHoldsCachePoliciesBelowTheRootAgainstTheirParents() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let path = try command.file("a.graphql", Self.cachedBelowTheRoot)
    let outcome = try await command.run("schema", "check", "--schema", path)
    #expect(
      outcome.errors == """
        \(path):6:10: @cached on A.b: the key must name {workspace_id} and members that tell one A from another
            b: Int @cached(ttl: 60, key: "b:{workspace_id}")
                   ^

        """
    )
    #expect(outcome.status == 1)
  }

  @Test func checkHoldsTheGatewaysOwnAgainstItsResolvers() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let path = try command.file("a.graphql", "type Query {\n  a: Int\n}")
    let outcome = try await command.run("schema", "check", "--set", "SCHEMA_FILE=\(path)")
    #expect(
      outcome.errors.hasPrefix(
        """
        \(path):2:3: field Query.a has no resolver
            a: Int
            ^
        \(path): the resolver of \

        """
      )
    )
    #expect(outcome.status == 1)
  }

  @Test(arguments: ["check", "print", "introspect"])
  func saysThatThereIsNoSuchFile(subcommand: String) async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let outcome = try await command.run("schema", subcommand, "--schema", "no/such.graphql")
    #expect(outcome.errors == "Error: no/such.graphql: No such file or directory\n")
    #expect(outcome.output == "")
    #expect(outcome.status == 1)
  }

  @Test(arguments: ["print", "introspect"])
  func wantsACorrectSchema(subcommand: String) async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let path = try command.file("a.graphql", "type Query { a: Nope }")
    let outcome = try await command.run("schema", subcommand, "--schema", path)
    #expect(
      outcome.errors == """
        \(path):1:17: Unknown type "Nope".
          type Query { a: Nope }
                          ^

        """
    )
    #expect(outcome.output == "")
    #expect(outcome.status == 1)
  }

  @Test func endsWithTheStatusForUsage() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    #expect(try await command.run("schema", "check", "--nonsense").status == 64)
    #expect(try await command.run("query").status == 64)
  }

  // MARK: Print and introspect

  @Test func printsCanonicalText() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let sdl = "# gone\n\"Kept.\" type Query{a(x:Int=1 y:[E!]):Int @deprecated} enum E{X Y}\nextend type Query{b:ID!}"
    let outcome = try await command.run("schema", "print", "--schema", try command.file("a.graphql", sdl))
    #expect(
      outcome.output == """
        "Kept."
        type Query {
          a(x: Int = 1, y: [E!]): Int @deprecated
        }

        enum E {
          X
          Y
        }

        extend type Query {
          b: ID!
        }

        """
    )
    #expect(outcome.errors == "")
    #expect(outcome.status == 0)
  }

  @Test func printsThePrintedAsItIs() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let once = try await command.run("schema", "print")
    #expect(once.status == 0)
    #expect(once.output.contains("\ntype Query {\n"))
    let path = try command.file("printed.graphql", once.output)
    let twice = try await command.run("schema", "print", "--schema", path)
    #expect(twice.output == once.output)
    #expect(try await command.run("schema", "check", "--set", "SCHEMA_FILE=\(path)").status == 0)
  }

  @Test func introspectsThroughTheEngine() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let sdl = "type Query { a(x: Int = 1): [Int!]! old: Int @deprecated(reason: \"why\") }"
    let outcome = try await command.run("schema", "introspect", "--schema", try command.file("a.graphql", sdl))
    #expect(outcome.errors == "")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix(#"{"data":{"__schema":{"description":null,"queryType":{"name":"Query","#))
    #expect(
      outcome.output.contains(
        #"""
        "fields":[{"name":"a","description":null,"args":[{"name":"x","description":null,"type":{"kind":"SCALAR",\#
        "name":"Int","ofType":null},"defaultValue":"1","isDeprecated":false,"deprecationReason":null}],\#
        "type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"LIST","name":null,"ofType":{"kind":"NON_NULL",\#
        "name":null,"ofType":{"kind":"SCALAR","name":"Int","ofType":null}}}},"isDeprecated":false,\#
        "deprecationReason":null},{"name":"old","description":null,"args":[],"type":{"kind":"SCALAR","name":"Int",\#
        "ofType":null},"isDeprecated":true,"deprecationReason":"why"}]
        """#
      )
    )
  }

  @Test func introspectsTheGatewaysOwn() async throws {
    let command = try CommandUnderTest()
    defer { command.remove() }
    let outcome = try await command.run("schema", "introspect")
    #expect(outcome.errors == "")
    let schema = try JSONDocument(parsing: Array(outcome.output.utf8), maxDepth: 64).root["data"]?["__schema"]
    let names = try #require(schema?["types"]).elements.compactMap { $0["name"]?.string }
    #expect(names.contains("HomeKpis"))
    #expect(names.contains("__Schema"))
  }
}
