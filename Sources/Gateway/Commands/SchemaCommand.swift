import ArgumentParser
import Logging
import Resolver
import Schema
import Server

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Check, print or introspect the GraphQL schema.",
    subcommands: [Check.self, Print.self, Introspect.self]
  )
}

extension SchemaCommand {
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check the schema as `serve` does at start.",
      discussion: """
        The schema of the gateway is held against the resolvers and the cache settings too, and of another one \
        (--schema) the cache policies. Mistakes go to standard error with place, source line and a caret; the exit \
        status is 1 then.
        """
    )

    @OptionGroup var options: SchemaOptions

    func run() throws {
      let source = try options.source()
      let schema = try diagnosed { try checked(source) }
      let types = schema.types.filter { !$0.isBuiltIn }
      let counts = [
        Terminal.counted(types.count, "type"),
        Terminal.counted(types.reduce(0) { $0 + $1.fieldIDs.count { !schema[$0].isMeta } }, "field"),
        Terminal.counted(schema.directives.count { !$0.isBuiltIn }, "directive"),
      ]
      print("\(source.name): \(counts.joined(separator: ", "))")
    }

    private func checked(_ source: Source) throws -> GraphQLSchema {
      guard options.otherFile != nil else {
        return try SchemaBinding.tracegate(source, ttlOverrides: options.settings.configuration().cacheTTLs).schema
      }
      let schema = try GraphQLSchema.tracegate(source)
      try SchemaBinding.checkCachePolicies(of: schema)
      return schema
    }
  }

  struct Print: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the schema as canonical SDL.",
      discussion: "Printing what was printed gives the same text. Descriptions stay; comments are no part of it."
    )

    @OptionGroup var options: SchemaOptions

    func run() throws {
      let source = try options.source()
      _ = try diagnosed { try GraphQLSchema.tracegate(source) }
      print(Printer.print(try Parser.parse(source, limits: .trusted)))
    }
  }

  struct Introspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the answer to the introspection query as JSON.",
      discussion: "The engine of `serve` answers, without a server; so tools that read such files see what it says."
    )

    @OptionGroup var options: SchemaOptions

    func run() async throws {
      let source = try options.source()
      let schema = try diagnosed { try GraphQLSchema.tracegate(source) }
      let engine = QueryEngine(
        binding: SchemaBinding(toRootValueOf: schema),
        sources: nil,
        logger: Logger(label: "tracegate", factory: { _ in SwiftLogNoOpLogHandler() })
      )
      let request = GraphQLRequest(document: Array(IntrospectionQuery.text.utf8))
      let answer = await engine.execute(request, for: Principal(workspaceID: .none, userID: "introspection"))
      guard answer.errors.isEmpty else {
        throw GatewayFailure(answer.errors.map { "\(source.name): \($0)" }.joined(separator: "\n"))
      }
      print(String(decoding: answer.body, as: UTF8.self))
    }
  }
}
