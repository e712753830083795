/// The rules that a type system as a whole must meet. Specification, sections 3.3 to 3.10.
struct TypeSystemChecks {
  let schema: GraphQLSchema
  private(set) var errors: [GraphQLError] = []
  /// How many came after the bound.
  private(set) var omitted = 0

  init(_ schema: GraphQLSchema) {
    self.schema = schema
  }

  mutating func run() {
    checkRoots()
    for directive in schema.directives where !directive.isBuiltIn {
      for argument in directive.arguments { checkArgument(argument, "@\(directive.name)") }
    }
    for type in schema.types where !type.isBuiltIn {
      switch type.kind {
      case .object, .interface:
        checkFields(type)
        checkInterfaces(of: type)
      case .union: checkUnion(type)
      case .enumeration: checkEnum(type)
      case .inputObject: checkInputObject(type)
      case .scalar: break
      }
    }
    checkInputCycles()
  }

  mutating func report(_ message: String, _ places: [SourceLocation?], _ rule: String) {
    guard errors.count < SDLErrorList.limit else {
      omitted += 1
      return
    }
    errors.append(
      GraphQLError(message, code: .graphqlValidationFailed, locations: places.compactMap(\.self), rule: rule)
    )
  }

  // MARK: Section 3.3.1, root operation types

  private mutating func checkRoots() {
    if schema.queryType == nil { report("Query root type must be provided.", [], "RootTypes") }
    var uses: [TypeID: OperationKind] = [:]
    for kind in OperationKind.allCases {
      guard let id = schema.rootType(of: kind) else { continue }
      let type = schema[id]
      let name = kind.text.prefix(1).uppercased() + kind.text.dropFirst()
      if type.kind != .object {
        let condition = kind == .query ? "" : " if provided"
        report(
          "\(name) root type must be Object type\(condition), it cannot be \(type.name).",
          [type.location],
          "RootTypes"
        )
      }
      if let other = uses[id] {
        report(
          "All root types must be different, \"\(type.name)\" type is used as \(other.text) and \(kind.text) root types.",
          [type.location],
          "RootTypes"
        )
      }
      uses[id] = kind
    }
  }

  // MARK: Section 3.6, objects and their fields

  private mutating func checkFields(_ type: NamedType) {
    if type.fields.isEmpty {
      report("Type \(type.name) must define one or more fields.", [type.location], "ObjectTypes")
    }
    for id in type.fieldIDs {
      let field = schema[id]
      let path = "\(type.name).\(field.name)"
      if !schema[field.type.named].kind.isOutput {
        let text = schema.text(of: field.type)
        report("The type of \(path) must be Output Type but got: \(text).", [field.location], "ObjectTypes")
      }
      for argument in field.arguments { checkArgument(argument, path) }
    }
  }

  private mutating func checkArgument(_ argument: InputValueDefinition, _ owner: String) {
    let path = "\(owner)(\(argument.name):)"
    if !schema[argument.type.named].kind.isInput {
      let text = schema.text(of: argument.type)
      report("The type of \(path) must be Input Type but got: \(text).", [argument.location], "ArgumentTypes")
    }
    if argument.isRequired, argument.deprecationReason != nil {
      report("Required argument \(path) cannot be deprecated.", [argument.location], "ArgumentTypes")
    }
  }

  // MARK: Sections 3.8 and 3.9, unions and enums

  private mutating func checkUnion(_ type: NamedType) {
    if type.possibleTypes.isEmpty {
      report("Union type \(type.name) must define one or more member types.", [type.location], "UnionTypes")
    }
    var seen: Set<TypeID> = []
    for member in type.possibleTypes {
      let name = schema[member].name
      if !seen.insert(member).inserted {
        report("Union type \(type.name) can only include type \(name) once.", [type.location], "UnionTypes")
      } else if schema[member].kind != .object {
        report(
          "Union type \(type.name) can only include Object types, it cannot include \(name).",
          [type.location],
          "UnionTypes"
        )
      }
    }
  }

  private mutating func checkEnum(_ type: NamedType) {
    if type.enumValues.isEmpty {
      report("Enum type \(type.name) must define one or more values.", [type.location], "EnumTypes")
    }
  }

  // MARK: Section 3.10, input objects

  private mutating func checkInputObject(_ type: NamedType) {
    if type.inputFields.isEmpty {
      report("Input Object type \(type.name) must define one or more fields.", [type.location], "InputObjectTypes")
    }
    for field in type.inputFields {
      let path = "\(type.name).\(field.name)"
      if !schema[field.type.named].kind.isInput {
        let text = schema.text(of: field.type)
        report("The type of \(path) must be Input Type but got: \(text).", [field.location], "InputObjectTypes")
      }
      if field.isRequired, field.deprecationReason != nil {
        report("Required input field \(path) cannot be deprecated.", [field.location], "InputObjectTypes")
      }
      guard type.isOneOf else { continue }
      if field.type.isNonNull {
        report("OneOf input field \(path) must be nullable.", [field.location], "InputObjectTypes")
      }
      if field.defaultText != nil {
        report("OneOf input field \(path) cannot have a default value.", [field.location], "InputObjectTypes")
      }
    }
  }

  /// No chain of non-null fields leads from an input object back to itself. Depth-first with a stack of its own.
  private mutating func checkInputCycles() {
    var state = [UInt8](repeating: 0, count: schema.types.count)
    for type in schema.types where type.kind == .inputObject && state[Int(type.id.index)] == 0 {
      var stack: [(type: TypeID, next: Int)] = [(type.id, 0)]
      state[Int(type.id.index)] = 1
      while let (current, next) = stack.last {
        let fields = schema[current].inputFields
        guard next < fields.count else {
          state[Int(current.index)] = 2
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let field = fields[next]
        let target = field.type.named
        guard field.type.isNonNull, !field.type.isList, schema[target].kind == .inputObject else { continue }
        if state[Int(target.index)] == 0 {
          state[Int(target.index)] = 1
          stack.append((target, 0))
        } else if state[Int(target.index)] == 1, let start = stack.firstIndex(where: { $0.type == target }) {
          reportCycle(stack[start...].map { schema[$0.type].inputFields[$0.next - 1] }, target)
        }
      }
    }
  }

  private mutating func reportCycle(_ fields: [InputValueDefinition], _ type: TypeID) {
    report(
      "Cannot reference Input Object \"\(schema[type].name)\" within itself through a series of non-null fields: "
        + "\"\(fields.map(\.name).joined(separator: "."))\".",
      fields.map(\.location),
      "InputObjectTypes"
    )
  }
}
