import EngineHarness
import JSON
import Logging
import Resolver
import Schema

/// Runs cases one after the other. A schema is kept for the cases that follow with the same text.
struct CaseRunner {
  private var lastSDL = ""
  private var lastEngine: HarnessEngine?
  private let logger: Logger

  init() {
    var logger = Logger(label: "languagecheck")
    logger.logLevel = .critical
    self.logger = logger
  }

  /// Generated texts are small but for those that try the limits on purpose.
  private static let limits = ParserLimits(maxBytes: 1 << 24, maxTokens: 1 << 20, maxDepth: 200)

  mutating func verdict(on line: [UInt8]) async -> [UInt8] {
    do {
      let request = try JSONDocument(parsing: line, maxDepth: 512).root
      let text = request["text"]?.string ?? ""
      switch request["kind"]?.string {
      case "parse": return parse(text)
      case "schema": return schema(text)
      case "validate": return validate(text, try engine(request).schema)
      case "coerce": return coerce(request, try engine(request).schema)
      case "execute": return try await (try engine(request)).execute(request)
      default: return Verdict.failure("Unknown kind of case.")
      }
    } catch let error as SchemaErrors {
      return Verdict.errors(error.errors)
    } catch {
      return Verdict.failure("\(error)")
    }
  }

  private mutating func engine(_ request: JSONValue) throws -> HarnessEngine {
    let sdl = request["schema"]?.string ?? ""
    if let lastEngine, sdl == lastSDL { return lastEngine }
    let engine = try HarnessEngine(sdl: sdl, logger: logger)
    (lastSDL, lastEngine) = (sdl, engine)
    return engine
  }

  private func parse(_ text: String) -> [UInt8] {
    do throws(GraphQLError) {
      return Verdict.printed(Printer.print(try Parser.parse(Source(text), limits: Self.limits)))
    } catch {
      return Verdict.error(error)
    }
  }

  private func schema(_ text: String) -> [UInt8] {
    do throws(SchemaErrors) {
      _ = try SchemaBuilder.build(Source(text), scalars: HarnessEngine.foreignScalars)
      return Verdict.errors([])
    } catch {
      return Verdict.errors(error.errors)
    }
  }

  private func validate(_ text: String, _ schema: GraphQLSchema) -> [UInt8] {
    do throws(GraphQLError) {
      let document = try Parser.parse(Source(text), limits: Self.limits)
      let options = ValidationOptions(maxErrors: 10_000)
      return Verdict.errors(Validator.validate(document, against: schema, options: options).errors)
    } catch {
      return Verdict.errors([error])
    }
  }

  /// The variables of the only operation of a valid document, then the arguments of all its fields by place.
  private func coerce(_ request: JSONValue, _ schema: GraphQLSchema) -> [UInt8] {
    do throws(GraphQLError) {
      let document = try Parser.parse(Source(request["query"]?.string ?? ""), limits: Self.limits)
      let operation = try document.operation(named: nil)
      var provided = InputObject()
      if case .object(let object)? = request["variables"].map({ InputValue($0) }) { provided = object }
      let variables: VariableValues
      do throws(RequestErrors) {
        variables = try schema.coerceVariableValues(document, operation: operation, provided: provided)
      } catch {
        return Verdict.errors(error.errors)
      }
      return CoercionVerdict(document: document, schema: schema, variables: variables).json(operation: operation)
    } catch {
      return Verdict.errors([error])
    }
  }
}
