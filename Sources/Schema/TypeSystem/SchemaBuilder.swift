/// SDL to a checked schema. Specification, section 3.
///
/// Definitions are collected by name and merged with their extensions, assembled into ids, checked by every rule for type
/// systems, and assembled once more with constants (defaults, directive arguments) coerced by the schema itself.
public struct SchemaBuilder {
  private let collector: SDLCollector
  private let scalars: [ScalarCoercion]

  /// Builds a schema.
  ///
  /// - Parameters:
  ///   - scalars: coercions of custom scalars, by name; they win over `ScalarCoercion.standard`. A scalar without one
  ///     takes any value as it comes.
  /// - Throws: everything that is wrong, with places.
  public static func build(
    _ source: Source,
    scalars: [ScalarCoercion] = []
  ) throws(SchemaErrors) -> GraphQLSchema {
    let document: Document
    let builtIn: Document
    do throws(GraphQLError) {
      document = try Parser.parse(source, limits: .trusted)
      builtIn = try Parser.parse(BuiltInDefinitions.source, limits: .trusted)
    } catch {
      throw SchemaErrors([error], source)
    }
    return try SchemaBuilder(SDLCollector(document, builtIn: builtIn), scalars).build(source)
  }

  private init(_ collector: SDLCollector, _ scalars: [ScalarCoercion]) {
    self.collector = collector
    self.scalars = scalars
  }

  private func build(_ source: Source) throws(SchemaErrors) -> GraphQLSchema {
    var assembler = SchemaAssembler(collector, scalars: scalars, constants: nil)
    let draft = assembler.assemble()
    let errors = collector.errors.list + assembler.errors.list
    let omitted = collector.errors.omitted + assembler.errors.omitted
    guard errors.isEmpty else { throw SchemaErrors(errors, source, omitted: omitted) }
    let outline = GraphQLSchema(draft: draft, source: source)
    var checks = TypeSystemChecks(outline)
    checks.run()
    var names = SDLNameChecks(collector.document)
    names.run()
    var directives = SDLDirectiveChecks(outline, collector.document)
    directives.run()
    let broken = names.errors.list + directives.errors.list + checks.errors
    let left = names.errors.omitted + directives.errors.omitted + checks.omitted
    guard broken.isEmpty else { throw SchemaErrors(broken, source, omitted: left) }
    return try withConstants(outline, source)
  }

  /// Nested defaults settle after as many rounds as input objects nest in each other's defaults.
  private static let maxRounds = 32
  /// Values in one default, nested ones counted.
  private static let maxDefaultSize = 10_000

  private func withConstants(_ outline: GraphQLSchema, _ source: Source) throws(SchemaErrors) -> GraphQLSchema {
    var schema = outline
    for _ in 0..<Self.maxRounds {
      var assembler = SchemaAssembler(collector, scalars: scalars, constants: schema)
      let draft = assembler.assemble()
      let isSettled = draft.hasSameDefaults(as: schema)
      let isTooLarge = draft.types.contains { type in
        type.inputFields.contains { ($0.defaultValue?.size ?? 0) > Self.maxDefaultSize }
      }
      schema = GraphQLSchema(draft: draft, source: source)
      if isTooLarge { break }
      guard isSettled else { continue }
      // Only now: an earlier round takes a member for missing whose own default was not known yet.
      guard assembler.errors.isEmpty else {
        throw SchemaErrors(assembler.errors.list, source, omitted: assembler.errors.omitted)
      }
      return schema
    }
    let error = GraphQLError("Default values of input fields nest too deeply.", code: .graphqlValidationFailed)
    throw SchemaErrors([error], source)
  }
}

extension SchemaDraft {
  /// Whether all that other constants can depend on is as it was: defaults of input fields and of directive arguments.
  fileprivate func hasSameDefaults(as schema: GraphQLSchema) -> Bool {
    func same(_ new: [InputValueDefinition], _ old: [InputValueDefinition]) -> Bool {
      zip(new, old).allSatisfy { $0.defaultValue == $1.defaultValue }
    }
    return zip(types, schema.types).allSatisfy { same($0.inputFields, $1.inputFields) }
      && zip(directives, schema.directives).allSatisfy { same($0.arguments, $1.arguments) }
  }
}

extension InputValue {
  /// How many values it holds, itself included.
  fileprivate var size: Int {
    switch self {
    case .list(let items): items.reduce(1) { $0 + $1.size }
    case .object(let object): object.members.reduce(1) { $0 + $1.value.size }
    default: 1
    }
  }
}

/// Errors found in an SDL document, up to a bound.
struct SDLErrorList {
  static let limit = 100

  private(set) var list: [GraphQLError] = []
  /// How many came after the bound.
  private(set) var omitted = 0
  private let document: Document

  init(_ document: Document) {
    self.document = document
  }

  var isEmpty: Bool { list.isEmpty }

  mutating func add(_ message: String, _ offsets: [UInt32], rule: String) {
    add(message, at: offsets.map(document.location), rule: rule)
  }

  mutating func add(_ message: String, at places: [SourceLocation?], rule: String) {
    guard list.count < Self.limit else {
      omitted += 1
      return
    }
    list.append(
      GraphQLError(message, code: .graphqlValidationFailed, locations: places.compactMap(\.self), rule: rule)
    )
  }
}
