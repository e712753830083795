/// The name of one element of a schema: `Type`, `Type.member`, `Type.field(argument:)`, `@directive` or
/// `@directive(argument:)`. Specification, section 3.14 (Schema Coordinates).
public enum SchemaCoordinate: Sendable, Hashable {
  case type(String)
  /// A field of an object or interface type, a field of an input object type, or a value of an enum type.
  case member(String, of: String)
  case argument(String, field: String, of: String)
  case directive(String)
  case directiveArgument(String, of: String)

  /// Reads a coordinate, which has no white space, commas or comments in it.
  ///
  /// - Complexity: O(bytes).
  /// - Throws: `GRAPHQL_PARSE_FAILED` with what was expected and where.
  public init(parsing text: String) throws(GraphQLError) {
    var reader = SchemaCoordinateReader(Source(text, name: "schema coordinate"))
    self = try reader.read()
  }
}

extension SchemaCoordinate: CustomStringConvertible {
  public var description: String {
    switch self {
    case .type(let type): type
    case .member(let member, let type): "\(type).\(member)"
    case .argument(let argument, let field, let type): "\(type).\(field)(\(argument):)"
    case .directive(let directive): "@\(directive)"
    case .directiveArgument(let argument, let directive): "@\(directive)(\(argument):)"
    }
  }
}

private struct SchemaCoordinateReader {
  private let source: Source
  private var position = 0

  init(_ source: Source) {
    self.source = source
  }

  mutating func read() throws(GraphQLError) -> SchemaCoordinate {
    let coordinate: SchemaCoordinate
    if skip(0x40) {
      let directive = try name()
      if let argument = try argument() {
        coordinate = .directiveArgument(argument, of: directive)
      } else {
        coordinate = .directive(directive)
      }
    } else {
      let type = try name()
      if skip(0x2E) {
        let member = try name()
        if let argument = try argument() {
          coordinate = .argument(argument, field: member, of: type)
        } else {
          coordinate = .member(member, of: type)
        }
      } else {
        coordinate = .type(type)
      }
    }
    guard position == source.bytes.count else { throw expected("<EOF>") }
    return coordinate
  }

  /// `( Name : )`, or `nil` where no parenthesis opens.
  private mutating func argument() throws(GraphQLError) -> String? {
    guard skip(0x28) else { return nil }
    let argument = try name()
    guard skip(0x3A) else { throw expected("\":\"") }
    guard skip(0x29) else { throw expected("\")\"") }
    return argument
  }

  private mutating func name() throws(GraphQLError) -> String {
    let start = position
    guard position < source.bytes.count, source.bytes[position].isNameStart else { throw expected("Name") }
    while position < source.bytes.count, source.bytes[position].isNameContinue { position += 1 }
    return String(decoding: source.bytes[start..<position], as: UTF8.self)
  }

  private mutating func skip(_ punctuator: UInt8) -> Bool {
    guard position < source.bytes.count, source.bytes[position] == punctuator else { return false }
    position += 1
    return true
  }

  private func expected(_ what: String) -> GraphQLError {
    Lexer.syntaxError("Expected \(what), found \(source.bytes.span.codePointText(at: position)).", source, position)
  }
}

/// What a schema coordinate names.
public enum SchemaElement: Sendable {
  case type(NamedType)
  case field(FieldDefinition)
  case inputField(InputValueDefinition)
  case enumValue(EnumValueDefinition)
  case argument(InputValueDefinition)
  case directive(DirectiveDefinition)
}

extension GraphQLSchema {
  /// The element that a coordinate names, as section 3.14 resolves it; `nil` when the schema has none of that name.
  /// Meta fields (`__typename`, …) are elements of no type.
  ///
  /// - Throws: `BAD_USER_INPUT` when what should hold the element (type, field, directive) is not there or cannot hold it.
  public func element(at coordinate: SchemaCoordinate) throws(GraphQLError) -> SchemaElement? {
    switch coordinate {
    case .type(let name):
      return type(named: name).map { .type(self[$0]) }
    case .member(let name, let owner):
      return try member(name, of: owner)
    case .argument(let name, let fieldName, let owner):
      guard case .field(let field) = try member(fieldName, of: owner) else {
        throw Self.unresolved("\"\(owner)\" has no field \"\(fieldName)\" that takes arguments.")
      }
      return field.arguments.first { $0.name == name }.map { .argument($0) }
    case .directive(let name):
      return directive(named: name).map { .directive($0) }
    case .directiveArgument(let name, let owner):
      guard let directive = directive(named: owner) else {
        throw Self.unresolved("The schema has no directive \"@\(owner)\".")
      }
      return directive.arguments.first { $0.name == name }.map { .argument($0) }
    }
  }

  private func member(_ name: String, of owner: String) throws(GraphQLError) -> SchemaElement? {
    guard let id = type(named: owner) else { throw Self.unresolved("The schema has no type \"\(owner)\".") }
    let type = self[id]
    switch type.kind {
    case .object, .interface:
      return type.fieldIDs.first { self[$0].name == name }.map { .field(self[$0]) }
    case .inputObject:
      return type.inputFields.first { $0.name == name }.map { .inputField($0) }
    case .enumeration:
      return type.enumValues.first { $0.name == name }.map { .enumValue($0) }
    case .scalar, .union:
      throw Self.unresolved("\"\(owner)\" has no members: it is a \(type.kind == .scalar ? "scalar" : "union") type.")
    }
  }

  private static func unresolved(_ message: String) -> GraphQLError {
    GraphQLError("Cannot resolve the schema coordinate. " + message, code: .badUserInput)
  }
}
