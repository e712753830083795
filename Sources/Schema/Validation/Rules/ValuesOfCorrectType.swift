/// Section 5.6.1, 5.6.2 and 5.6.4: literals fit their types, and input objects are complete.
enum ValuesOfCorrectType {
  static func check(_ context: inout ValidationContext) {
    let document = context.document
    guard !document.values.isEmpty else { return }
    // Contents of a container that was judged as a whole.
    var isJudged = [Bool](repeating: false, count: document.values.count)
    for index in document.values.indices.reversed() {
      if context.isFull { return }
      let value = document.values[index]
      if isJudged[index] || !checkContainer(index, value, &context) { judge(value, document, &isJudged) }
      if !isJudged[index] { checkLeaf(index, value, &context) }
    }
  }

  private static func judge(_ value: Document.Value, _ document: Document, _ isJudged: inout [Bool]) {
    switch value.kind {
    case .list: for child in value.children.indices { isJudged[child] = true }
    case .object: for child in value.children.indices { isJudged[document.objectFields[child].value] = true }
    default: break
    }
  }

  /// Whether the contents of a list or object are to be looked at.
  private static func checkContainer(
    _ index: Int,
    _ value: Document.Value,
    _ context: inout ValidationContext
  ) -> Bool {
    guard let type = context.inputs.type(ofValue: index) else { return false }
    switch value.kind {
    case .list: return type.isList
    case .object:
      let named = context.schema.types[Int(type.named.index)]
      guard named.kind == .inputObject else { return false }
      checkObject(index, value, named, &context)
      return true
    default: return false
    }
  }

  private static func checkLeaf(_ index: Int, _ value: Document.Value, _ context: inout ValidationContext) {
    guard let type = context.inputs.type(ofValue: index) else { return }
    switch value.kind {
    case .variable: return
    case .null:
      if type.isNonNull { reportMismatch(index, type, &context) }
      return
    case .list where type.isList: return
    case .object where context.schema.types[Int(type.named.index)].kind == .inputObject: return
    default: break
    }
    let named = context.schema[type.named]
    switch named.kind {
    case .scalar: checkScalar(index, type, named, &context)
    case .enumeration: checkEnum(index, value, named, &context)
    default: reportMismatch(index, type, &context)
    }
  }

  private static func reportMismatch(_ index: Int, _ type: TypeReference, _ context: inout ValidationContext) {
    let found = context.document.excerpt(ofValue: index)
    context.report(
      "Expected value of type \"\(context.schema.text(of: type))\", found \(found).",
      [context.document.values[index].offset],
      "ValuesOfCorrectType"
    )
  }

  private static func checkScalar(
    _ index: Int,
    _ type: TypeReference,
    _ named: NamedType,
    _ context: inout ValidationContext
  ) {
    let document = context.document
    // A list or object is no built-in scalar, whatever its variables hold; what others make of it, a request will tell.
    let isBuiltIn = BuiltInScalars.names.contains(named.name)
    guard isBuiltIn || !document.containsVariable(index) else { return }
    do throws(CoercionFailure) {
      _ = try LiteralCoercion(schema: context.schema, document: document).coerceScalar(index, named)
    } catch {
      // Built-in scalars, and those with a code of their own, speak for themselves.
      let isPlain = error.code != nil || isBuiltIn
      let found = document.excerpt(ofValue: index)
      context.report(
        isPlain
          ? error.message
          : "Expected value of type \"\(context.schema.text(of: type))\", found \(found); \(error.message)",
        [document.values[index].offset],
        "ValuesOfCorrectType",
        code: error.code ?? .graphqlValidationFailed
      )
    }
  }

  private static func checkEnum(
    _ index: Int,
    _ value: Document.Value,
    _ named: NamedType,
    _ context: inout ValidationContext
  ) {
    let document = context.document
    let names = named.enumValues.map(\.name)
    func hint(_ wrong: String) -> String {
      context.options.suggests ? DidYouMean.hint(for: wrong, among: names, what: "the enum value") : ""
    }
    if value.kind != .enumeration {
      let text = document.excerpt(ofValue: index)
      let bare = value.kind == .string ? document.string(of: value) : text
      context.report(
        "Enum \"\(named.name)\" cannot represent non-enum value: \(text).\(hint(bare))",
        [value.offset],
        "ValuesOfCorrectType"
      )
      return
    }
    let name = Int(context.binding.names[Int(value.name.symbol)])
    guard context.schema.index.member(named: name, of: named.id) == nil else { return }
    let text = context.text(value.name)
    context.report(
      "Value \"\(text)\" does not exist in \"\(named.name)\" enum.\(hint(text))",
      [value.offset],
      "ValuesOfCorrectType"
    )
  }

  private static func checkObject(
    _ index: Int,
    _ value: Document.Value,
    _ named: NamedType,
    _ context: inout ValidationContext
  ) {
    let document = context.document
    var isGiven = [Bool](repeating: false, count: named.inputFields.count)
    for position in value.children.indices {
      let field = document.objectFields[position]
      let name = Int(context.binding.names[Int(field.name.symbol)])
      if let member = context.schema.index.member(named: name, of: named.id) {
        isGiven[member] = true
        continue
      }
      let hint = context.hint(field.name, named.inputFields.map(\.name))
      context.report(
        "Field \"\(context.text(field.name))\" is not defined by type \"\(named.name)\".\(hint)",
        [field.name.offset],
        "ValuesOfCorrectType"
      )
    }
    for (member, field) in named.inputFields.enumerated() where !isGiven[member] && field.isRequired {
      let type = context.schema.text(of: field.type)
      context.report(
        "Field \"\(named.name).\(field.name)\" of required type \"\(type)\" was not provided.",
        [value.offset],
        "ValuesOfCorrectType"
      )
    }
    if named.isOneOf { checkOneOf(value, named, &context) }
  }

  /// Section 3.10.1.
  private static func checkOneOf(_ value: Document.Value, _ named: NamedType, _ context: inout ValidationContext) {
    let fields = value.children.indices.map { context.document.objectFields[$0] }
    // A name that is there twice is another rule's error.
    guard let only = fields.last, fields.allSatisfy({ $0.name.symbol == only.name.symbol }) else {
      context.report(
        "OneOf Input Object \"\(named.name)\" must specify exactly one key.",
        [value.offset],
        "ValuesOfCorrectType"
      )
      return
    }
    if context.document.values[only.value].kind == .null {
      context.report(
        "Field \"\(named.name).\(context.text(only.name))\" must be non-null.",
        [value.offset],
        "ValuesOfCorrectType"
      )
    }
  }
}

extension Document {
  /// Whether a variable stands somewhere in a literal. Recurses as deep as the parser did, which counted.
  func containsVariable(_ index: Int) -> Bool {
    let value = values[index]
    return switch value.kind {
    case .variable: true
    case .list: value.children.indices.contains { containsVariable($0) }
    case .object: value.children.indices.contains { containsVariable(objectFields[$0].value) }
    default: false
    }
  }
}
