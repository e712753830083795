import ArgumentParser
import Resolver
import Schema
import Server

struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Check a GraphQL document against the schema, without a server.",
    discussion: """
      The document is parsed, validated and measured. Mistakes go to standard error with place, source line and a \
      caret; the exit status is 1 then. Depth and cost are those of the largest operation, with fragments written out; \
      a variable that gives the length of a list counts as the most that it may be.
      """
  )

  @Option(
    name: .customLong("check"),
    help: ArgumentHelp("Path of the document; '-' is standard input.", valueName: "file")
  )
  var file: String

  @Option(help: ArgumentHelp("Measure only this operation, which must be there.", valueName: "name"))
  var operation: String?

  @OptionGroup var options: SchemaOptions

  func run() throws {
    let schemaSource = try options.source()
    let schema = try diagnosed { try GraphQLSchema.tracegate(schemaSource) }
    let source =
      file == "-"
      ? Source(bytes: try TextFile.standardInput(), name: TextFile.standardInputName)
      : Source(bytes: try TextFile.bytes(of: file), name: file)
    let check = QueryCheck(source, schema: schema, operation: operation)
    guard check.errors.isEmpty else {
      Terminal.write(Diagnostic.text(check.errors, in: source) + "\n")
      throw ExitCode(1)
    }
    print("\(source.name): \(check.summary)")
  }
}

/// What is wrong with a document, or what its operations measure.
struct QueryCheck {
  private(set) var errors: [GraphQLError] = []
  private var measures: [QueryMeasure] = []
  private let limits = QueryLimits()

  /// A person at a terminal wants to see them all; but fields can conflict with each other in pairs without end.
  private static let maxErrors = 1_000

  /// Parses within the limits of the engine, applies all rules, and measures `operation`, or else every operation.
  init(_ source: Source, schema: GraphQLSchema, operation: String?) {
    do throws(GraphQLError) {
      let document = try Parser.parse(source, limits: QueryEngine.Configuration().parserLimits)
      let options = ValidationOptions(maxErrors: Self.maxErrors)
      let result = Validator.validate(document, against: schema, options: options)
      errors = result.errors
      if errors.count == Self.maxErrors {
        errors.append(GraphQLError("Stopped after \(errors.count) errors.", code: .graphqlValidationFailed))
      }
      guard errors.isEmpty else { return }
      var measurement = QueryMeasurement(document, schema, result.binding)
      let chosen = try operation.map { name throws(GraphQLError) in [try document.operation(named: name)] }
      for index in chosen ?? Array(document.operations.indices) {
        check(measurement.measure(operation: index), at: document.location(document.operations[index].offset))
      }
    } catch {
      errors.append(error)
    }
  }

  /// The first limit that an operation passes, reported where the operation begins.
  private mutating func check(_ measure: QueryMeasure, at place: SourceLocation) {
    measures.append(measure)
    do throws(GraphQLError) {
      try limits.check(measure, at: place)
    } catch {
      errors.append(error)
    }
  }

  /// `2 operations, depth 4 of at most 15, cost 31 of at most 100000`
  var summary: String {
    let depth = measures.map(\.depth).max() ?? 0
    let cost = measures.map(\.cost).max() ?? 0
    return Terminal.counted(measures.count, "operation")
      + ", depth \(depth) of at most \(limits.maxDepth), cost \(cost) of at most \(limits.maxCost)"
  }
}
