/// Why a value does not fit a type, and where inside the value.
struct CoercionFailure: Error {
  let message: String
  var code: ErrorCode?
  /// From the innermost place outwards: steps are appended while unwinding.
  var reversedPath: [PathElement] = []

  init(_ message: String, code: ErrorCode? = nil) {
    self.message = message
    self.code = code
  }

  func inside(_ element: PathElement) -> CoercionFailure {
    var failure = self
    failure.reversedPath.append(element)
    return failure
  }
}

/// Input coercion of JSON-like values: section 3.4.2 and the "Input Coercion" paragraphs of section 3.
struct InputCoercion {
  /// Values nested deeper are refused.
  static let maxDepth = 128

  let schema: GraphQLSchema

  /// The canonical form of `value` as a `type`.
  func coerce(_ value: InputValue, to type: TypeReference, depth: Int = 0) throws(CoercionFailure) -> InputValue {
    guard depth <= Self.maxDepth else { throw CoercionFailure("Value nests deeper than \(Self.maxDepth) levels.") }
    if value.isNull {
      guard !type.isNonNull else {
        throw CoercionFailure("Expected non-nullable type \"\(schema.text(of: type))\" not to be null.")
      }
      return .null
    }
    if type.isList { return try coerceList(value, of: type.nullable.item, depth: depth) }
    let named = schema[type.named]
    switch named.kind {
    case .scalar: return try schema.coerceScalar(value, named)
    case .enumeration: return try coerceEnum(value, named)
    case .inputObject: return try coerceObject(value, named, depth: depth)
    default: throw CoercionFailure("Type \"\(named.name)\" is not an input type.")
    }
  }

  /// Section 3.11: a value that is no list stands for a list of one.
  private func coerceList(
    _ value: InputValue,
    of item: TypeReference,
    depth: Int
  ) throws(CoercionFailure) -> InputValue {
    guard case .list(let items) = value else { return .list([try coerce(value, to: item, depth: depth + 1)]) }
    var result: [InputValue] = []
    result.reserveCapacity(items.count)
    for (index, element) in items.enumerated() {
      do throws(CoercionFailure) {
        result.append(try coerce(element, to: item, depth: depth + 1))
      } catch {
        throw error.inside(.index(index))
      }
    }
    return .list(result)
  }

  /// Section 3.9.
  private func coerceEnum(_ value: InputValue, _ type: NamedType) throws(CoercionFailure) -> InputValue {
    guard let name = value.stringValue else {
      throw CoercionFailure("Enum \"\(type.name)\" cannot represent non-string value: \(value.excerpt).")
    }
    guard type.enumValues.contains(where: { $0.name == name }) else {
      let hint = DidYouMean.hint(for: name, among: type.enumValues.map(\.name), what: "the enum value")
      throw CoercionFailure("Value \"\(name.excerpted)\" does not exist in \"\(type.name)\" enum.\(hint)")
    }
    return .enumeration(name)
  }

  /// Section 3.10.
  private func coerceObject(
    _ value: InputValue,
    _ type: NamedType,
    depth: Int
  ) throws(CoercionFailure) -> InputValue {
    guard case .object(let given) = value else {
      throw CoercionFailure("Expected type \"\(type.name)\" to be an object.")
    }
    var result = InputObject()
    for field in type.inputFields {
      guard let member = given[field.name] else {
        if let defaultValue = field.defaultValue {
          result.append(field.name, defaultValue)
        } else if field.type.isNonNull {
          let text = schema.text(of: field.type)
          throw CoercionFailure("Field \"\(field.name)\" of required type \"\(text)\" was not provided.")
        }
        continue
      }
      do throws(CoercionFailure) {
        let coerced = try coerce(member, to: field.type, depth: depth + 1)
        try field.checkBounds(coerced, what: "Field")
        result.append(field.name, coerced)
      } catch {
        throw error.inside(.key(field.name))
      }
    }
    for member in given.members where !type.inputFields.contains(where: { $0.name == member.name }) {
      let hint = DidYouMean.hint(for: member.name, among: type.inputFields.map(\.name))
      throw CoercionFailure("Field \"\(member.name.excerpted)\" is not defined by type \"\(type.name)\".\(hint)")
    }
    if type.isOneOf { try Self.checkOneOf(result, type) }
    return .object(result)
  }

  /// Section 3.10.1: exactly one entry, and not null.
  static func checkOneOf(_ object: InputObject, _ type: NamedType) throws(CoercionFailure) {
    guard object.members.count == 1, let only = object.members.first else {
      throw CoercionFailure("Exactly one key must be specified for OneOf type \"\(type.name)\".")
    }
    if only.value.isNull {
      throw CoercionFailure("Field \"\(only.name)\" must be non-null.").inside(.key(only.name))
    }
  }
}

extension GraphQLSchema {
  func coerceScalar(_ value: InputValue, _ type: NamedType) throws(CoercionFailure) -> InputValue {
    guard let scalar = type.scalar else { return value }
    do {
      return try scalar.coerce(value)
    } catch {
      throw CoercionFailure(error.message, code: error.code)
    }
  }
}

extension InputValueDefinition {
  /// `@range(min:max:)`: the integer, or each integer of a list, lies between the bounds.
  func checkBounds(_ value: InputValue, what: String) throws(CoercionFailure) {
    guard let bounds else { return }
    if case .list(let items) = value {
      for item in items { try checkBounds(item, what: what) }
    }
    guard case .int(let integer) = value, !bounds.contains(integer) else { return }
    throw CoercionFailure(
      "\(what) \"\(name)\" has invalid value \(integer): "
        + "it must be between \(bounds.lowerBound) and \(bounds.upperBound)."
    )
  }
}

extension String {
  /// Cut after a hundred scalars; for messages.
  var excerpted: String {
    utf8.count <= 100 ? self : String(unicodeScalars.prefix(100)) + "…"
  }
}
