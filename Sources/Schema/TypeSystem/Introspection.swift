/// An object of the introspection system, as a reference into the schema. Specification, section 4.2.
public enum IntrospectionObject: Sendable, Hashable {
  /// `__Schema`.
  case schema
  /// `__Type`: a named type, or a list or non-null around one.
  case type(TypeReference)
  /// `__Field`.
  case field(FieldID)
  /// `__InputValue`.
  case inputValue(IntrospectionInputOwner, Int)
  /// `__EnumValue`, by position.
  case enumValue(TypeID, Int)
  /// `__Directive`, as index of `GraphQLSchema.directives`.
  case directive(Int)

  /// The value of `__typename`.
  public var typeName: String {
    switch self {
    case .schema: "__Schema"
    case .type: "__Type"
    case .field: "__Field"
    case .inputValue: "__InputValue"
    case .enumValue: "__EnumValue"
    case .directive: "__Directive"
    }
  }
}

/// Whose argument or input field an `__InputValue` is.
public enum IntrospectionInputOwner: Sendable, Hashable {
  case field(FieldID)
  case directive(Int)
  case type(TypeID)
}

/// The value of an introspection field. Enum values are `.string`.
public enum IntrospectionValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case string(String)
  case strings([String])
  case object(IntrospectionObject)
  case objects([IntrospectionObject])

  fileprivate static func optional(_ text: String?) -> IntrospectionValue { text.map { .string($0) } ?? .null }

  fileprivate static func optional(_ type: TypeID?) -> IntrospectionValue {
    type.map { .object(.type(TypeReference($0))) } ?? .null
  }
}

extension GraphQLSchema {
  /// The value of `__type(name:)`.
  public func introspect(typeNamed name: String) -> IntrospectionValue { .optional(type(named: name)) }

  /// The value of one field of an introspection object.
  ///
  /// - Parameters:
  ///   - field: a field name of the object's type, not `__typename`. Anything else gives `.null`.
  ///   - includeDeprecated: the argument of that name, where the field has one.
  public func introspect(
    _ object: IntrospectionObject,
    field: String,
    includeDeprecated: Bool = false
  ) -> IntrospectionValue {
    switch object {
    case .schema: return introspectSchema(field)
    case .type(let type):
      return type.isNonNull || type.isList
        ? introspectWrapper(type, field) : introspectNamed(self[type.named], field, includeDeprecated)
    case .field(let id): return introspectField(id, field, includeDeprecated)
    case .inputValue(let owner, let index): return introspectInputValue(inputValues(of: owner)[index], field)
    case .enumValue(let type, let index): return introspectEnumValue(self[type].enumValues[index], field)
    case .directive(let index): return introspectDirective(index, field, includeDeprecated)
    }
  }

  private func introspectSchema(_ field: String) -> IntrospectionValue {
    switch field {
    case "description": .optional(description)
    case "types": .objects(types.map { .type(TypeReference($0.id)) })
    case "queryType": .optional(queryType)
    case "mutationType": .optional(mutationType)
    case "subscriptionType": .optional(subscriptionType)
    case "directives": .objects(directives.indices.map { .directive($0) })
    default: .null
    }
  }

  private func introspectWrapper(_ type: TypeReference, _ field: String) -> IntrospectionValue {
    switch field {
    case "kind": .string(type.isNonNull ? "NON_NULL" : "LIST")
    case "ofType": .object(.type(type.isNonNull ? type.nullable : type.item))
    default: .null
    }
  }

  private func introspectNamed(
    _ type: NamedType,
    _ field: String,
    _ includeDeprecated: Bool
  ) -> IntrospectionValue {
    switch field {
    case "kind": return .string(type.kind.introspectionName)
    case "name": return .string(type.name)
    case "description": return .optional(type.description)
    case "specifiedByURL": return .optional(type.specifiedByURL)
    case "isOneOf": return type.kind == .inputObject ? .boolean(type.isOneOf) : .null
    case "fields":
      guard type.kind == .object || type.kind == .interface else { return .null }
      let shown = type.fieldIDs.filter { includeDeprecated || self[$0].deprecationReason == nil }
      return .objects(shown.map { .field($0) })
    case "interfaces":
      guard type.kind == .object || type.kind == .interface else { return .null }
      return .objects(type.interfaces.map { .type(TypeReference($0)) })
    case "possibleTypes":
      guard type.kind.isAbstract else { return .null }
      return .objects(type.possibleTypes.map { .type(TypeReference($0)) })
    case "enumValues":
      guard type.kind == .enumeration else { return .null }
      let shown = type.enumValues.indices.filter { includeDeprecated || type.enumValues[$0].deprecationReason == nil }
      return .objects(shown.map { .enumValue(type.id, $0) })
    case "inputFields":
      return type.kind == .inputObject ? inputValues(.type(type.id), includeDeprecated) : .null
    default: return .null
    }
  }

  private func introspectField(
    _ id: FieldID,
    _ field: String,
    _ includeDeprecated: Bool
  ) -> IntrospectionValue {
    let definition = self[id]
    return switch field {
    case "name": .string(definition.name)
    case "description": .optional(definition.description)
    case "args": inputValues(.field(id), includeDeprecated)
    case "type": .object(.type(definition.type))
    case "isDeprecated": .boolean(definition.deprecationReason != nil)
    case "deprecationReason": .optional(definition.deprecationReason)
    default: .null
    }
  }

  private func introspectInputValue(_ value: InputValueDefinition, _ field: String) -> IntrospectionValue {
    switch field {
    case "name": .string(value.name)
    case "description": .optional(value.description)
    case "type": .object(.type(value.type))
    case "defaultValue": .optional(value.defaultText)
    case "isDeprecated": .boolean(value.deprecationReason != nil)
    case "deprecationReason": .optional(value.deprecationReason)
    default: .null
    }
  }

  private func introspectEnumValue(_ value: EnumValueDefinition, _ field: String) -> IntrospectionValue {
    switch field {
    case "name": .string(value.name)
    case "description": .optional(value.description)
    case "isDeprecated": .boolean(value.deprecationReason != nil)
    case "deprecationReason": .optional(value.deprecationReason)
    default: .null
    }
  }

  private func introspectDirective(
    _ index: Int,
    _ field: String,
    _ includeDeprecated: Bool
  ) -> IntrospectionValue {
    let directive = directives[index]
    return switch field {
    case "name": .string(directive.name)
    case "description": .optional(directive.description)
    case "isRepeatable": .boolean(directive.isRepeatable)
    case "locations": .strings(directive.locations.map(\.rawValue))
    case "args": inputValues(.directive(index), includeDeprecated)
    default: .null
    }
  }

  private func inputValues(of owner: IntrospectionInputOwner) -> [InputValueDefinition] {
    switch owner {
    case .field(let id): self[id].arguments
    case .directive(let index): directives[index].arguments
    case .type(let id): self[id].inputFields
    }
  }

  private func inputValues(_ owner: IntrospectionInputOwner, _ includeDeprecated: Bool) -> IntrospectionValue {
    let values = inputValues(of: owner)
    let shown = values.indices.filter { includeDeprecated || values[$0].deprecationReason == nil }
    return .objects(shown.map { .inputValue(owner, $0) })
  }
}
