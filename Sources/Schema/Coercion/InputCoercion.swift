/// Input coercion of JSON-like values: section 3.4.2 and the "Input Coercion" paragraphs of section 3.
///
/// Goes on after a failure, so that a request hears of everything that is wrong with its value at once.
struct InputCoercion {
  /// Values nested deeper are refused.
  static let maxDepth = 128

  let schema: GraphQLSchema
  /// After this many failures the rest of the value is left alone.
  let maxFailures: Int
  private(set) var failures: [PlacedFailure] = []
  /// The steps from the value given to where the coercion stands.
  private var path: [PathElement] = []

  init(schema: GraphQLSchema, maxFailures: Int) {
    self.schema = schema
    self.maxFailures = maxFailures
  }

  private var isFull: Bool { failures.count >= maxFailures }

  /// The canonical form of `value` as a `type`; `nil` when it has none, and `failures` says why.
  mutating func coerce(_ value: InputValue, to type: TypeReference, depth: Int = 0) -> InputValue? {
    guard depth <= Self.maxDepth else {
      return fail("Value nests deeper than \(Self.maxDepth) levels.", value)
    }
    if value.isNull {
      guard !type.isNonNull else {
        return fail("Expected non-nullable type \"\(schema.text(of: type))\" not to be null.", value)
      }
      return .null
    }
    if type.isList { return coerceList(value, of: type.nullable.item, depth: depth) }
    let named = schema[type.named]
    switch named.kind {
    case .scalar: return coerceScalar(value, named)
    case .enumeration: return coerceEnum(value, named)
    case .inputObject: return coerceObject(value, named, depth: depth)
    case .object, .interface, .union: return fail("Type \"\(named.name)\" is not an input type.", value)
    }
  }

  /// Section 3.11: a value that is no list stands for a list of one.
  private mutating func coerceList(_ value: InputValue, of item: TypeReference, depth: Int) -> InputValue? {
    guard case .list(let items) = value else {
      return coerce(value, to: item, depth: depth + 1).map { .list([$0]) }
    }
    var result: [InputValue] = []
    result.reserveCapacity(items.count)
    for (index, element) in items.enumerated() where !isFull {
      path.append(.index(index))
      if let coerced = coerce(element, to: item, depth: depth + 1) { result.append(coerced) }
      path.removeLast()
    }
    return result.count == items.count ? .list(result) : nil
  }

  private mutating func coerceScalar(_ value: InputValue, _ type: NamedType) -> InputValue? {
    do throws(CoercionFailure) {
      return try schema.coerceScalar(value, type)
    } catch {
      return fail(error, value)
    }
  }

  /// Section 3.9.
  private mutating func coerceEnum(_ value: InputValue, _ type: NamedType) -> InputValue? {
    guard let name = value.stringValue else {
      return fail("Enum \"\(type.name)\" cannot represent non-string value: \(value.excerpt).", value)
    }
    guard type.enumValues.contains(where: { $0.name == name }) else {
      let hint = DidYouMean.hint(for: name, among: type.enumValues.map(\.name), what: "the enum value")
      return fail("Value \"\(name.excerpted)\" does not exist in \"\(type.name)\" enum.\(hint)", value)
    }
    return .enumeration(name)
  }

  /// Section 3.10.
  private mutating func coerceObject(_ value: InputValue, _ type: NamedType, depth: Int) -> InputValue? {
    guard case .object(let given) = value else {
      return fail("Expected type \"\(type.name)\" to be an object.", value)
    }
    let failuresBefore = failures.count
    var result = InputObject()
    for field in type.inputFields where !isFull {
      if let member = given[field.name] {
        if let coerced = coerceMember(member, of: field, depth: depth) { result.append(field.name, coerced) }
      } else if let defaultValue = field.defaultValue {
        result.append(field.name, defaultValue)
      } else if field.type.isNonNull {
        let text = schema.text(of: field.type)
        fail("Field \"\(field.name)\" of required type \"\(text)\" was not provided.", value)
      }
    }
    refuseUndefined(given, type)
    if type.isOneOf { checkOneOf(given, type) }
    return failures.count == failuresBefore ? .object(result) : nil
  }

  private mutating func coerceMember(
    _ member: InputValue,
    of field: InputValueDefinition,
    depth: Int
  ) -> InputValue? {
    path.append(.key(field.name))
    defer { path.removeLast() }
    guard let coerced = coerce(member, to: field.type, depth: depth + 1) else { return nil }
    do throws(CoercionFailure) {
      try field.checkBounds(coerced, what: "Field")
      return coerced
    } catch {
      return fail(error, member)
    }
  }

  private mutating func refuseUndefined(_ given: InputObject, _ type: NamedType) {
    for member in given.members where !isFull && !type.inputFields.contains(where: { $0.name == member.name }) {
      let hint = DidYouMean.hint(for: member.name, among: type.inputFields.map(\.name))
      let message = "Field \"\(member.name.excerpted)\" is not defined by type \"\(type.name)\".\(hint)"
      fail(message, .object(given))
    }
  }

  private mutating func checkOneOf(_ given: InputObject, _ type: NamedType) {
    let defined = given.members.filter { member in type.inputFields.contains { $0.name == member.name } }
    do throws(CoercionFailure) {
      try Self.checkOneOf(defined, type)
    } catch {
      // About the one member, or about the object.
      let only = defined.count == 1 ? defined.first : nil
      if let only { path.append(.key(only.name)) }
      fail(error, only?.value ?? .object(given))
      if only != nil { path.removeLast() }
    }
  }

  /// Section 3.10.1: exactly one entry, and not null.
  static func checkOneOf(_ members: [InputObject.Member], _ type: NamedType) throws(CoercionFailure) {
    guard members.count == 1, let only = members.first else {
      throw CoercionFailure("Exactly one key must be specified for OneOf type \"\(type.name)\".")
    }
    if only.value.isNull { throw CoercionFailure("Field \"\(only.name)\" must be non-null.") }
  }
}

extension InputCoercion {
  @discardableResult
  private mutating func fail(_ message: String, _ value: InputValue) -> InputValue? {
    fail(CoercionFailure(message), value)
  }

  /// Notes a failure where the coercion stands; there is no coerced value then.
  @discardableResult
  private mutating func fail(_ failure: CoercionFailure, _ value: InputValue) -> InputValue? {
    if !isFull { failures.append(PlacedFailure(failure: failure, path: path, value: value)) }
    return nil
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
