/// Directives on elements of an SDL document: known, allowed there, not repeated, with the right arguments. Specification,
/// section 3.13.
struct SDLDirectiveChecks {
  private let schema: GraphQLSchema
  private let document: Document
  private(set) var errors: SDLErrorList
  private var seenArguments: SymbolMarks
  /// Directives seen on a type, over its definition and extensions; the schema's are under `UInt32.max`.
  private var seenOnTypes: [UInt64: UInt32] = [:]

  init(_ schema: GraphQLSchema, _ document: Document) {
    self.schema = schema
    self.document = document
    errors = SDLErrorList(document)
    seenArguments = SymbolMarks(symbolCount: document.symbols.count)
  }

  mutating func run() {
    let nodes = document.typeSystem
    for node in nodes.schemas { checkShared(node.directives, .schema, owner: .max) }
    for type in nodes.types {
      checkShared(type.directives, DirectiveLocation(type.kind), owner: type.name.symbol)
      for index in type.members.indices { checkMember(type.kind, index) }
    }
    for directive in nodes.directives {
      checkInputs(directive.arguments, .argumentDefinition)
      checkSelfReference(directive)
    }
  }

  private mutating func checkMember(_ kind: TypeKind, _ index: Int) {
    switch kind {
    case .object, .interface:
      let field = document.typeSystem.fields[index]
      checkSite(field.directives, .fieldDefinition)
      checkInputs(field.arguments, .argumentDefinition)
    case .inputObject: checkSite(document.typeSystem.inputValues[index].directives, .inputFieldDefinition)
    case .enumeration: checkSite(document.typeSystem.enumValues[index].directives, .enumValue)
    case .scalar, .union: break
    }
  }

  private mutating func checkInputs(_ range: NodeRange, _ location: DirectiveLocation) {
    for index in range.indices { checkSite(document.typeSystem.inputValues[index].directives, location) }
  }

  /// A place that is written once.
  private mutating func checkSite(_ range: NodeRange, _ location: DirectiveLocation) {
    var seen: [UInt32: UInt32] = [:]
    for index in range.indices {
      let node = document.directives[index]
      guard let definition = check(node, location), !definition.isRepeatable else { continue }
      checkRepeated(node, first: seen[node.name.symbol])
      seen[node.name.symbol] = seen[node.name.symbol] ?? node.offset
    }
  }

  /// A place that extensions add to.
  private mutating func checkShared(_ range: NodeRange, _ location: DirectiveLocation, owner: UInt32) {
    for index in range.indices {
      let node = document.directives[index]
      guard let definition = check(node, location), !definition.isRepeatable else { continue }
      let key = UInt64(owner) << 32 | UInt64(node.name.symbol)
      checkRepeated(node, first: seenOnTypes[key])
      seenOnTypes[key] = seenOnTypes[key] ?? node.offset
    }
  }

  private mutating func checkRepeated(_ node: Document.Directive, first: UInt32?) {
    guard let first else { return }
    let message = "The directive \"@\(document.text(of: node.name))\" can only be used once at this location."
    errors.add(message, [first, node.offset], rule: "UniqueDirectivesPerLocation")
  }

  private mutating func check(_ node: Document.Directive, _ location: DirectiveLocation) -> DirectiveDefinition? {
    let name = document.text(of: node.name)
    guard let definition = schema.directive(named: name) else {
      errors.add("Unknown directive \"@\(name)\".", [node.offset], rule: "KnownDirectives")
      return nil
    }
    if !definition.locations.contains(location) {
      let message = "Directive \"@\(name)\" may not be used on \(location.rawValue)."
      errors.add(message, [node.offset], rule: "KnownDirectives")
    }
    checkArguments(node, definition)
    return definition
  }

  private mutating func checkArguments(_ node: Document.Directive, _ definition: DirectiveDefinition) {
    seenArguments.removeAll()
    for index in node.arguments.indices {
      let name = document.arguments[index].name
      let text = document.text(of: name)
      if let first = seenArguments[name.symbol] {
        let places = [document.arguments[first].name.offset, name.offset]
        errors.add("There can be only one argument named \"\(text)\".", places, rule: "UniqueArgumentNames")
      }
      seenArguments[name.symbol] = index
      guard !definition.arguments.contains(where: { $0.name == text }) else { continue }
      let hint = DidYouMean.hint(for: text, among: definition.arguments.map(\.name))
      let message = "Unknown argument \"\(text)\" on directive \"@\(definition.name)\".\(hint)"
      errors.add(message, [name.offset], rule: "KnownArgumentNamesOnDirectives")
    }
    for argument in definition.arguments
    where argument.isRequired && document.argument(argument.name, in: node.arguments) == nil {
      errors.add(
        "Directive \"@\(definition.name)\" argument \"\(argument.name)\" of type "
          + "\"\(schema.text(of: argument.type))\" is required, but it was not provided.",
        [node.offset],
        rule: "ProvidedRequiredArgumentsOnDirectives"
      )
    }
  }

  /// Section 3.13: a directive does not use itself on its own arguments.
  private mutating func checkSelfReference(_ directive: TypeSystemNodes.DirectiveDefinition) {
    for index in directive.arguments.indices {
      for position in document.typeSystem.inputValues[index].directives.indices
      where document.directives[position].name.symbol == directive.name.symbol {
        errors.add(
          "Directive \"@\(document.text(of: directive.name))\" must not reference itself.",
          [document.directives[position].offset],
          rule: "DirectiveDefinitions"
        )
      }
    }
  }
}

extension DirectiveLocation {
  /// Where directives of a type definition stand.
  fileprivate init(_ kind: TypeKind) {
    switch kind {
    case .scalar: self = .scalar
    case .object: self = .object
    case .interface: self = .interface
    case .union: self = .union
    case .enumeration: self = .enumeration
    case .inputObject: self = .inputObject
    }
  }
}
