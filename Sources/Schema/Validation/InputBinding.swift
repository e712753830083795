/// The expected type of every value literal and variable usage of a document.
struct InputBinding {
  private var types: [TypeReference]
  private var defaults: [Bool]
  private var oneOfTypes: [Int32]
  /// For each argument, its position in the definition of its field or directive, or -1.
  private(set) var argumentPositions: [Int32]
  /// For each directive, its index in the schema, or -1.
  private(set) var directives: [Int32]
  /// For each variable definition, its type.
  private(set) var variableTypes: [TypeReference]

  static let unknown = TypeReference(TypeID(-1))

  init(_ document: Document, _ schema: GraphQLSchema, _ binding: DocumentBinding) {
    types = [TypeReference](repeating: Self.unknown, count: document.values.count)
    defaults = [Bool](repeating: false, count: document.values.count)
    oneOfTypes = [Int32](repeating: -1, count: document.values.count)
    argumentPositions = [Int32](repeating: -1, count: document.arguments.count)
    directives = []
    variableTypes = []
    bindVariables(document, schema, binding)
    bindDirectives(document, schema, binding)
    bindFields(document, schema, binding)
    bindNested(document, schema, binding)
  }

  /// The type that the value at an index should have; `nil` where the schema does not say.
  func type(ofValue index: Int) -> TypeReference? {
    types[index].named.index >= 0 ? types[index] : nil
  }

  /// Whether the place of a value has a default of its own.
  func hasDefault(atValue index: Int) -> Bool { defaults[index] }

  /// The `@oneOf` type whose entry a value is.
  func oneOfType(atValue index: Int) -> TypeID? {
    oneOfTypes[index] >= 0 ? TypeID(Int(oneOfTypes[index])) : nil
  }

  private mutating func bindVariables(_ document: Document, _ schema: GraphQLSchema, _ binding: DocumentBinding) {
    variableTypes.reserveCapacity(document.variableDefinitions.count)
    for definition in document.variableDefinitions {
      let named = schema.index.type(named: Int(binding.names[Int(definition.type.name.symbol)]))
      let type = named.map { TypeReference($0, definition.type.wrappers) } ?? Self.unknown
      variableTypes.append(type)
      if let value = definition.defaultValue, let named, schema.types[Int(named.index)].kind.isInput {
        types[value] = type
      }
    }
  }

  private mutating func bindDirectives(_ document: Document, _ schema: GraphQLSchema, _ binding: DocumentBinding) {
    directives.reserveCapacity(document.directives.count)
    for node in document.directives {
      let directive = schema.index.directive(named: Int(binding.names[Int(node.name.symbol)]))
      directives.append(directive.map { Int32($0) } ?? -1)
      guard let directive else { continue }
      for index in node.arguments.indices {
        let name = Int(binding.names[Int(document.arguments[index].name.symbol)])
        guard let position = schema.index.argument(named: name, ofDirective: directive) else { continue }
        bind(document, argument: index, position, schema.directives[directive].arguments[position])
      }
    }
  }

  private mutating func bindFields(_ document: Document, _ schema: GraphQLSchema, _ binding: DocumentBinding) {
    for (selection, node) in document.selections.enumerated() where !node.arguments.isEmpty {
      guard let field = binding.field(ofSelection: selection) else { continue }
      for index in node.arguments.indices {
        let name = Int(binding.names[Int(document.arguments[index].name.symbol)])
        guard let position = schema.index.argument(named: name, of: field) else { continue }
        bind(document, argument: index, position, schema.fields[Int(field.index)].arguments[position])
      }
    }
  }

  private mutating func bind(
    _ document: Document,
    argument: Int,
    _ position: Int,
    _ definition: InputValueDefinition
  ) {
    argumentPositions[argument] = Int32(position)
    let value = document.arguments[argument].value
    types[value] = definition.type
    defaults[value] = definition.defaultText != nil
  }

  /// Items and entries, outermost first: a container stands behind its contents in the array.
  private mutating func bindNested(_ document: Document, _ schema: GraphQLSchema, _ binding: DocumentBinding) {
    for index in document.values.indices.reversed() {
      let value = document.values[index]
      guard !value.children.isEmpty, let type = type(ofValue: index) else { continue }
      switch value.kind {
      case .list:
        let item = type.isList ? type.nullable.item : type.nullable
        for child in value.children.indices { types[child] = item }
      case .object:
        bindEntries(value, schema.types[Int(type.named.index)], document, schema, binding)
      default: break
      }
    }
  }

  private mutating func bindEntries(
    _ value: Document.Value,
    _ type: NamedType,
    _ document: Document,
    _ schema: GraphQLSchema,
    _ binding: DocumentBinding
  ) {
    guard type.kind == .inputObject else { return }
    for index in value.children.indices {
      let field = document.objectFields[index]
      guard let position = schema.index.member(named: Int(binding.names[Int(field.name.symbol)]), of: type.id) else {
        continue
      }
      types[field.value] = type.inputFields[position].type
      defaults[field.value] = type.inputFields[position].defaultText != nil
      if type.isOneOf { oneOfTypes[field.value] = type.id.index }
    }
  }
}
