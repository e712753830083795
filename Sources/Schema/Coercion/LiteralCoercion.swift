/// Input coercion of literals, with variables filled in. Specification, sections 3.4.2 and 6.4.1.
///
/// The document is valid, so failures come from values that only a request knows: variables and custom scalars.
struct LiteralCoercion {
  let schema: GraphQLSchema
  let document: Document
  var variables = VariableValues.none

  /// The canonical form of the value at `index` as a `type`. Recurses as deep as the parser did, which counted.
  func coerce(_ index: Int, to type: TypeReference) throws(CoercionFailure) -> InputValue {
    let value = document.values[index]
    if value.kind == .variable { return try variable(value, type) }
    if value.kind == .null {
      guard !type.isNonNull else { throw mismatch(index, type) }
      return .null
    }
    if type.isList { return try coerceList(index, of: type.nullable.item) }
    let named = schema[type.named]
    switch named.kind {
    case .scalar: return try coerceScalar(index, named)
    case .enumeration: return try coerceEnum(index, named)
    case .inputObject: return try coerceObject(index, named)
    default: throw mismatch(index, type)
    }
  }

  /// A variable's value is coerced already; only its absence matters here.
  private func variable(_ value: Document.Value, _ type: TypeReference) throws(CoercionFailure) -> InputValue {
    let given = variables[value.name]
    guard let given, !(given.isNull && type.isNonNull) else {
      guard type.isNonNull else { return .null }
      let name = document.text(of: value.name)
      let what = given == nil ? "was not provided a runtime value" : "must not be null"
      throw CoercionFailure("Variable \"$\(name)\" of type \"\(schema.text(of: type))\" \(what).")
    }
    return given
  }

  private func coerceList(_ index: Int, of item: TypeReference) throws(CoercionFailure) -> InputValue {
    let value = document.values[index]
    guard value.kind == .list else { return .list([try coerce(index, to: item)]) }
    var items: [InputValue] = []
    items.reserveCapacity(value.children.count)
    for child in value.children.indices { items.append(try coerce(child, to: item)) }
    return .list(items)
  }

  /// A literal as its scalar: `1.0` is no Int, and an enum name no String.
  func coerceScalar(_ index: Int, _ type: NamedType) throws(CoercionFailure) -> InputValue {
    if type.name == "Int", document.values[index].kind == .float {
      throw CoercionFailure("Int cannot represent non-integer value: \(document.excerpt(ofValue: index))")
    }
    return try schema.coerceScalar(constant(index), type)
  }

  private func coerceEnum(_ index: Int, _ type: NamedType) throws(CoercionFailure) -> InputValue {
    let value = document.values[index]
    let name = document.text(of: value.name)
    guard value.kind == .enumeration, type.enumValues.contains(where: { $0.name == name }) else {
      throw CoercionFailure("Value \(document.excerpt(ofValue: index)) does not exist in \"\(type.name)\" enum.")
    }
    return .enumeration(name)
  }

  private func coerceObject(_ index: Int, _ type: NamedType) throws(CoercionFailure) -> InputValue {
    let value = document.values[index]
    guard value.kind == .object else { throw mismatch(index, TypeReference(type.id)) }
    var result = InputObject()
    for field in type.inputFields {
      guard let given = member(field.name, of: value), !isAbsentVariable(given) else {
        if let defaultValue = field.defaultValue {
          result.append(field.name, defaultValue)
        } else if field.type.isNonNull {
          throw missing(field, type)
        }
        continue
      }
      let coerced = try coerce(given, to: field.type)
      try field.checkBounds(coerced, what: "Field")
      result.append(field.name, coerced)
    }
    for position in value.children.indices {
      let name = document.text(of: document.objectFields[position].name)
      guard type.inputFields.contains(where: { $0.name == name }) else {
        throw CoercionFailure("Field \"\(name.excerpted)\" is not defined by type \"\(type.name)\".")
      }
    }
    if type.isOneOf { try InputCoercion.checkOneOf(result.members, type) }
    return .object(result)
  }

  private func member(_ name: String, of object: Document.Value) -> Int? {
    let wanted = name.utf8
    for position in object.children.indices {
      let field = document.objectFields[position]
      if document.bytes(of: field.name).elementsEqual(wanted) { return field.value }
    }
    return nil
  }

  /// A variable without a value leaves its place empty, so that a default can fill it.
  private func isAbsentVariable(_ index: Int) -> Bool {
    let value = document.values[index]
    return value.kind == .variable && variables[value.name] == nil
  }

  private func missing(_ field: InputValueDefinition, _ type: NamedType) -> CoercionFailure {
    let text = schema.text(of: field.type)
    return CoercionFailure("Field \"\(type.name).\(field.name)\" of required type \"\(text)\" was not provided.")
  }

  private func mismatch(_ index: Int, _ type: TypeReference) -> CoercionFailure {
    let found = document.excerpt(ofValue: index)
    return CoercionFailure("Expected value of type \"\(schema.text(of: type))\", found \(found).")
  }

  /// A literal as an input value of no particular type; variables are filled in, absent ones are null.
  func constant(_ index: Int) -> InputValue {
    let value = document.values[index]
    switch value.kind {
    case .variable: return variables[value.name] ?? .null
    case .null: return .null
    case .boolean: return .boolean(document.bytes(of: value.name).first == 0x74)
    case .int:
      let text = document.sourceText(of: value)
      return Int64(text).map { .int($0) } ?? .number(text)
    case .float: return .number(document.sourceText(of: value))
    case .string: return .string(document.string(of: value))
    case .enumeration: return .enumeration(document.text(of: value.name))
    case .list: return .list(value.children.indices.map { constant($0) })
    case .object:
      return .object(
        InputObject(
          value.children.indices.map { position in
            let field = document.objectFields[position]
            return InputObject.Member(name: document.text(of: field.name), value: constant(field.value))
          }
        )
      )
    }
  }
}
