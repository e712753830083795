import ArgumentParser
import JSON
import Logging
import Resolver
import Schema
import Server

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show how a GraphQL document would be answered, without a server.",
    discussion: """
      Prints the operation's cost, its distinct calls with their cache keys and SQL, what is fetched below them, and \
      the shape of the answer. Mistakes go to standard error with place, source line and a caret; the exit status is 1 \
      then.
      """
  )

  @Argument(help: ArgumentHelp("Path of the document; '-' is standard input.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("The operation, where there is more than one.", valueName: "name"))
  var operation: String?

  @Option(help: ArgumentHelp("The variables, as a JSON object.", valueName: "json"))
  var variables: String?

  @OptionGroup var settings: SettingsOptions

  func run() throws {
    let configuration = try settings.configuration()
    let schemaSource = Source(bytes: try TextFile.bytes(of: configuration.schemaFile), name: configuration.schemaFile)
    let binding = try diagnosed {
      try SchemaBinding.tracegate(schemaSource, ttlOverrides: configuration.cacheTTLs)
    }
    let isInput = file == "-"
    let document = isInput ? try TextFile.standardInput() : try TextFile.bytes(of: file)
    let name = isInput ? TextFile.standardInputName : file
    var engine = QueryEngine.Configuration()
    engine.queryLimits = configuration.queryLimits
    let request = GraphQLRequest(document: document, operationName: operation, variables: try variableValues())
    do throws(RequestErrors) {
      let text = try QueryEngine(
        binding: binding,
        sources: nil,
        logger: Logger(label: "tracegate", factory: { _ in SwiftLogNoOpLogHandler() }),
        configuration: engine
      ).explain(request, name: name)
      print(text)
    } catch {
      Terminal.write(Diagnostic.text(error.errors, in: Source(bytes: document, name: name)) + "\n")
      throw ExitCode(1)
    }
  }

  private func variableValues() throws -> JSONValue? {
    guard let variables else { return nil }
    do {
      let value = try JSONDocument(parsing: Array(variables.utf8)).root
      guard value.kind == .object else { throw GatewayFailure("--variables takes a JSON object") }
      return value
    } catch let error as JSONError {
      throw GatewayFailure("--variables: \(error)")
    }
  }
}
