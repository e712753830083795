// Type-system definitions and extensions: section 3.

extension Parser {
  /// TypeSystemDefinition : SchemaDefinition | TypeDefinition | DirectiveDefinition
  mutating func parseTypeSystemDefinition(_ start: Start) throws(GraphQLError) {
    switch text(of: current) {
    case "schema": try parseSchema(start, isExtension: false)
    case "directive": try parseDirectiveDefinition(start)
    case let word:
      guard let kind = TypeKind(keyword: word) else {
        guard let description = start.description else { throw unexpected(current) }
        throw failure(
          "Unexpected description, only GraphQL definitions support descriptions.",
          at: Int(document.values[description].offset)
        )
      }
      try parseTypeDefinition(kind, start, isExtension: false)
    }
  }

  /// TypeSystemExtension : SchemaExtension | TypeExtension, behind the keyword `extend`.
  mutating func parseTypeSystemExtension(_ start: Start) throws(GraphQLError) {
    guard peek(.name) else { throw unexpected(current) }
    switch text(of: current) {
    case "schema": try parseSchema(start, isExtension: true)
    case let word:
      guard let kind = TypeKind(keyword: word) else { throw unexpected(current) }
      try parseTypeDefinition(kind, start, isExtension: true)
    }
  }

  /// SchemaDefinition : Description? schema Directives[Const]? { RootOperationTypeDefinition+ }
  private mutating func parseSchema(_ start: Start, isExtension: Bool) throws(GraphQLError) {
    advance()
    let directives = try parseDirectives(isConstant: true)
    let first = document.typeSystem.operationTypes.count
    if isExtension ? skip(.braceLeft) : try expect(.braceLeft).kind == .braceLeft {
      repeat {
        try parseOperationType()
      } while !skip(.braceRight)
    }
    let operationTypes = NodeRange(start: first, end: document.typeSystem.operationTypes.count)
    if isExtension, directives.isEmpty, operationTypes.isEmpty { throw unexpected(current) }
    document.definitions.append(.schema(document.typeSystem.schemas.count))
    document.typeSystem.schemas.append(
      TypeSystemNodes.SchemaDefinition(
        offset: start.offset,
        isExtension: isExtension,
        description: start.description,
        directives: directives,
        operationTypes: operationTypes
      )
    )
  }

  /// RootOperationTypeDefinition : OperationType : NamedType
  private mutating func parseOperationType() throws(GraphQLError) {
    let offset = current.offset
    let kind = try parseOperationKind()
    try expect(.colon)
    let type = try parseName()
    document.typeSystem.operationTypes.append(
      TypeSystemNodes.OperationTypeDefinition(offset: offset, kind: kind, type: type)
    )
  }

  /// ScalarTypeDefinition, ObjectTypeDefinition, … and their extensions, which differ in what follows the name.
  private mutating func parseTypeDefinition(
    _ kind: TypeKind,
    _ start: Start,
    isExtension: Bool
  ) throws(GraphQLError) {
    advance()
    let name = try parseName()
    var references = NodeRange.empty
    if kind == .object || kind == .interface { references = try parseImplements() }
    let directives = try parseDirectives(isConstant: true)
    var members = NodeRange.empty
    switch kind {
    case .scalar: break
    case .object, .interface: members = try parseFields()
    case .union: references = try parseUnionMembers()
    case .enumeration: members = try parseEnumValues()
    case .inputObject: members = try parseInputValues(.braceLeft, .braceRight)
    }
    if isExtension, references.isEmpty, directives.isEmpty, members.isEmpty { throw unexpected(current) }
    document.definitions.append(.type(document.typeSystem.types.count))
    document.typeSystem.types.append(
      TypeSystemNodes.TypeDefinition(
        kind: kind,
        offset: start.offset,
        isExtension: isExtension,
        description: start.description,
        name: name,
        references: references,
        directives: directives,
        members: members
      )
    )
  }

  /// ImplementsInterfaces : implements &? NamedType (& NamedType)*
  private mutating func parseImplements() throws(GraphQLError) -> NodeRange {
    guard skipKeyword("implements") else { return .empty }
    return try parseNames(separatedBy: .ampersand)
  }

  /// UnionMemberTypes : = |? NamedType (| NamedType)*
  private mutating func parseUnionMembers() throws(GraphQLError) -> NodeRange {
    guard skip(.equals) else { return .empty }
    return try parseNames(separatedBy: .pipe)
  }

  private mutating func parseNames(separatedBy separator: TokenKind) throws(GraphQLError) -> NodeRange {
    let start = document.typeSystem.names.count
    _ = skip(separator)
    repeat {
      let name = try parseName()
      document.typeSystem.names.append(name)
    } while skip(separator)
    return NodeRange(start: start, end: document.typeSystem.names.count)
  }

  /// FieldsDefinition : { FieldDefinition+ }
  private mutating func parseFields() throws(GraphQLError) -> NodeRange {
    guard skip(.braceLeft) else { return .empty }
    let start = document.typeSystem.fields.count
    repeat {
      try parseFieldDefinition()
    } while !skip(.braceRight)
    return NodeRange(start: start, end: document.typeSystem.fields.count)
  }

  /// FieldDefinition : Description? Name ArgumentsDefinition? : Type Directives[Const]?
  private mutating func parseFieldDefinition() throws(GraphQLError) {
    let offset = current.offset
    let description = parseDescription()
    let name = try parseName()
    let arguments = try parseInputValues(.parenLeft, .parenRight)
    try expect(.colon)
    let type = try parseType()
    let directives = try parseDirectives(isConstant: true)
    document.typeSystem.fields.append(
      TypeSystemNodes.FieldDefinition(
        offset: offset,
        description: description,
        name: name,
        arguments: arguments,
        type: type,
        directives: directives
      )
    )
  }

  /// ArgumentsDefinition : ( InputValueDefinition+ ), InputFieldsDefinition : { InputValueDefinition+ }
  private mutating func parseInputValues(_ open: TokenKind, _ close: TokenKind) throws(GraphQLError) -> NodeRange {
    guard skip(open) else { return .empty }
    let start = document.typeSystem.inputValues.count
    repeat {
      try parseInputValue()
    } while !skip(close)
    return NodeRange(start: start, end: document.typeSystem.inputValues.count)
  }

  /// InputValueDefinition : Description? Name : Type DefaultValue? Directives[Const]?
  private mutating func parseInputValue() throws(GraphQLError) {
    let offset = current.offset
    let description = parseDescription()
    let name = try parseName()
    try expect(.colon)
    let type = try parseType()
    let defaultValue = skip(.equals) ? try parseIndexedValue(isConstant: true) : nil
    let directives = try parseDirectives(isConstant: true)
    document.typeSystem.inputValues.append(
      TypeSystemNodes.InputValueDefinition(
        offset: offset,
        description: description,
        name: name,
        type: type,
        defaultValue: defaultValue,
        directives: directives
      )
    )
  }

  /// EnumValuesDefinition : { EnumValueDefinition+ }
  private mutating func parseEnumValues() throws(GraphQLError) -> NodeRange {
    guard skip(.braceLeft) else { return .empty }
    let start = document.typeSystem.enumValues.count
    repeat {
      try parseEnumValue()
    } while !skip(.braceRight)
    return NodeRange(start: start, end: document.typeSystem.enumValues.count)
  }

  /// EnumValueDefinition : Description? EnumValue Directives[Const]?
  private mutating func parseEnumValue() throws(GraphQLError) {
    let offset = current.offset
    let description = parseDescription()
    if peekKeyword("true") || peekKeyword("false") || peekKeyword("null") {
      let word = text(of: current)
      throw failure("Name \"\(word)\" is reserved and cannot be used for an enum value.", at: lexer.start)
    }
    let name = try parseName()
    let directives = try parseDirectives(isConstant: true)
    document.typeSystem.enumValues.append(
      TypeSystemNodes.EnumValueDefinition(
        offset: offset,
        description: description,
        name: name,
        directives: directives
      )
    )
  }

  /// DirectiveDefinition : Description? directive @ Name ArgumentsDefinition? repeatable? on DirectiveLocations
  private mutating func parseDirectiveDefinition(_ start: Start) throws(GraphQLError) {
    advance()
    try expect(.at)
    let name = try parseName()
    let arguments = try parseInputValues(.parenLeft, .parenRight)
    let isRepeatable = skipKeyword("repeatable")
    try expectKeyword("on")
    let locations = try parseDirectiveLocations()
    document.definitions.append(.directive(document.typeSystem.directives.count))
    document.typeSystem.directives.append(
      TypeSystemNodes.DirectiveDefinition(
        offset: start.offset,
        description: start.description,
        name: name,
        arguments: arguments,
        isRepeatable: isRepeatable,
        locations: locations
      )
    )
  }

  /// DirectiveLocations : |? DirectiveLocation (| DirectiveLocation)*
  private mutating func parseDirectiveLocations() throws(GraphQLError) -> NodeRange {
    let start = document.typeSystem.names.count
    _ = skip(.pipe)
    repeat {
      let token = current
      let name = try parseName()
      guard DirectiveLocation(rawValue: text(of: token)) != nil else { throw unexpected(token) }
      document.typeSystem.names.append(name)
    } while skip(.pipe)
    return NodeRange(start: start, end: document.typeSystem.names.count)
  }
}

extension TypeKind {
  /// The kind that an SDL keyword introduces.
  init?(keyword: String) {
    switch keyword {
    case "scalar": self = .scalar
    case "type": self = .object
    case "interface": self = .interface
    case "union": self = .union
    case "enum": self = .enumeration
    case "input": self = .inputObject
    default: return nil
    }
  }

  /// The SDL keyword.
  var keyword: String {
    switch self {
    case .scalar: "scalar"
    case .object: "type"
    case .interface: "interface"
    case .union: "union"
    case .enumeration: "enum"
    case .inputObject: "input"
    }
  }
}
