/// Names that occur twice inside one definition, or begin with `__`. Specification, sections 3.6 to 3.13.
struct SDLNameChecks {
  private let document: Document
  private(set) var errors: SDLErrorList
  private var seen: SymbolMarks
  /// (type name, member name) → offset of the first definition; members may be spread over extensions.
  private var members: [UInt64: UInt32] = [:]

  init(_ document: Document) {
    self.document = document
    errors = SDLErrorList(document)
    seen = SymbolMarks(symbolCount: document.symbols.count)
  }

  mutating func run() {
    for type in document.typeSystem.types { check(type) }
    for directive in document.typeSystem.directives {
      checkReserved(directive.name)
      checkArguments(directive.arguments, of: "@\(document.text(of: directive.name))")
    }
    checkObjectLiterals()
  }

  private mutating func check(_ type: TypeSystemNodes.TypeDefinition) {
    if !type.isExtension { checkReserved(type.name) }
    let name = document.text(of: type.name)
    for index in type.members.indices {
      switch type.kind {
      case .object, .interface:
        let field = document.typeSystem.fields[index]
        checkMember(field.name, of: type.name, "Field", "UniqueFieldDefinitionNames")
        checkArguments(field.arguments, of: "\(name).\(document.text(of: field.name))")
      case .inputObject:
        let field = document.typeSystem.inputValues[index]
        checkMember(field.name, of: type.name, "Field", "UniqueFieldDefinitionNames")
      case .enumeration:
        let value = document.typeSystem.enumValues[index]
        checkMember(value.name, of: type.name, "Enum value", "UniqueEnumValueNames")
      case .scalar, .union: break
      }
    }
  }

  private mutating func checkMember(_ member: Name, of type: Name, _ what: String, _ rule: String) {
    checkReserved(member)
    let key = UInt64(type.symbol) << 32 | UInt64(member.symbol)
    if let first = members[key] {
      let path = "\(document.text(of: type)).\(document.text(of: member))"
      errors.add("\(what) \"\(path)\" can only be defined once.", [first, member.offset], rule: rule)
    } else {
      members[key] = member.offset
    }
  }

  private mutating func checkArguments(_ range: NodeRange, of owner: String) {
    seen.removeAll()
    for index in range.indices {
      let name = document.typeSystem.inputValues[index].name
      checkReserved(name)
      if let first = seen[name.symbol] {
        let places = [document.typeSystem.inputValues[first].name.offset, name.offset]
        let message = "Argument \"\(owner)(\(document.text(of: name)):)\" can only be defined once."
        errors.add(message, places, rule: "UniqueArgumentDefinitionNames")
      } else {
        seen[name.symbol] = index
      }
    }
  }

  /// Section 2.1.9, reserved names.
  private mutating func checkReserved(_ name: Name) {
    guard document.bytes(of: name).starts(with: "__".utf8) else { return }
    let text = document.text(of: name)
    errors.add(
      "Name \"\(text)\" must not begin with \"__\", which is reserved by GraphQL introspection.",
      [name.offset],
      rule: "ReservedNames"
    )
  }

  private mutating func checkObjectLiterals() {
    for value in document.values where value.kind == .object {
      seen.removeAll()
      for index in value.children.indices {
        let name = document.objectFields[index].name
        if let first = seen[name.symbol] {
          let places = [document.objectFields[first].name.offset, name.offset]
          let message = "There can be only one input field named \"\(document.text(of: name))\"."
          errors.add(message, places, rule: "UniqueInputFieldNames")
        } else {
          seen[name.symbol] = index
        }
      }
    }
  }
}
