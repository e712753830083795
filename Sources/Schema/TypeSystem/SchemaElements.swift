/// A named type of a schema. Specification, sections 3.5 to 3.10.
public struct NamedType: Sendable {
  public let id: TypeID
  public let name: String
  public let kind: TypeKind
  public let description: String?
  /// Where the SDL defines it; `nil` for built-in types.
  public let location: SourceLocation?
  /// The ids of its own fields (object, interface), a contiguous stretch of `GraphQLSchema.fields` in SDL order.
  public internal(set) var fields: Range<Int> = 0..<0
  /// Interfaces that it declares.
  public internal(set) var interfaces: [TypeID] = []
  /// Object types that a value of this type can have: itself (object), members (union), implementors (interface).
  public internal(set) var possibleTypes: [TypeID] = []
  /// Object and interface types that declare this interface.
  public internal(set) var implementations: [TypeID] = []
  public internal(set) var enumValues: [EnumValueDefinition] = []
  public internal(set) var inputFields: [InputValueDefinition] = []
  public internal(set) var isOneOf = false
  public internal(set) var specifiedByURL: String?
  /// How a scalar's input values become canonical; `nil` for other kinds and for scalars that take any value.
  public internal(set) var scalar: ScalarCoercion?
  public internal(set) var appliedDirectives: [AppliedDirective] = []

  /// One of the types of the introspection system (`__Schema`, `__Type`, …).
  public var isIntrospection: Bool { name.utf8.starts(with: "__".utf8) }
  /// Not written in the SDL.
  public var isBuiltIn: Bool { location == nil }

  /// The ids of its own fields in SDL order.
  public var fieldIDs: LazyMapSequence<Range<Int>, FieldID> { fields.lazy.map { FieldID($0) } }

  init(id: TypeID, name: String, kind: TypeKind, description: String?, location: SourceLocation?) {
    self.id = id
    self.name = name
    self.kind = kind
    self.description = description
    self.location = location
  }
}

/// An output field of an object or interface type. Section 3.6.
public struct FieldDefinition: Sendable {
  public let id: FieldID
  public let name: String
  /// The type that declares it. For `__typename` the query root stands in.
  public let parent: TypeID
  public let description: String?
  public let location: SourceLocation?
  public let type: TypeReference
  public let arguments: [InputValueDefinition]
  public let deprecationReason: String?
  public let appliedDirectives: [AppliedDirective]

  /// `__typename`, `__schema` or `__type`.
  public var isMeta: Bool { name.utf8.starts(with: "__".utf8) }

  /// The first application of a directive; its arguments are coerced and have defaults filled in.
  public func directive(_ name: String) -> AppliedDirective? {
    appliedDirectives.first { $0.name == name }
  }

  /// The position of an argument, as `ArgumentValues` counts.
  public func argumentIndex(_ name: String) -> Int? {
    arguments.firstIndex { $0.name == name }
  }
}

/// An argument of a field or directive, or a field of an input object. Section 3.6.1 and 3.10.
public struct InputValueDefinition: Sendable {
  public let name: String
  public let description: String?
  public let location: SourceLocation?
  public let type: TypeReference
  /// The default, coerced; `nil` when there is none.
  public let defaultValue: InputValue?
  /// The default as GraphQL text, for introspection and printing.
  public let defaultText: String?
  public let deprecationReason: String?
  public let appliedDirectives: [AppliedDirective]
  /// The bounds of `@range(min:max:)`, both inclusive.
  public let bounds: ClosedRange<Int64>?

  /// Non-null without a default.
  public var isRequired: Bool { type.isNonNull && defaultText == nil }
}

public struct EnumValueDefinition: Sendable {
  public let name: String
  public let description: String?
  public let deprecationReason: String?
  public let appliedDirectives: [AppliedDirective]
}

/// A directive's definition. Section 3.13.
public struct DirectiveDefinition: Sendable {
  public let name: String
  public let description: String?
  public let location: SourceLocation?
  public let arguments: [InputValueDefinition]
  public let isRepeatable: Bool
  public let locations: [DirectiveLocation]
  /// `@skip`, `@include`, `@deprecated`, `@specifiedBy`, `@oneOf`, unless the SDL defines it itself.
  public var isBuiltIn: Bool { location == nil }
}

/// A directive on an element of the schema, with its arguments coerced and defaults filled in.
public struct AppliedDirective: Sendable {
  public let name: String
  public let location: SourceLocation
  public let arguments: ArgumentValues
  /// The arguments as written, for printing.
  let text: String

  /// A given or default argument; `nil` when absent, `.null` when given as null.
  public subscript(argument: String) -> InputValue? { arguments[argument] }
}

/// Where a directive may stand. Section 3.13.
public enum DirectiveLocation: String, Sendable, Hashable, CaseIterable {
  case query = "QUERY"
  case mutation = "MUTATION"
  case subscription = "SUBSCRIPTION"
  case field = "FIELD"
  case fragmentDefinition = "FRAGMENT_DEFINITION"
  case fragmentSpread = "FRAGMENT_SPREAD"
  case inlineFragment = "INLINE_FRAGMENT"
  case variableDefinition = "VARIABLE_DEFINITION"
  case schema = "SCHEMA"
  case scalar = "SCALAR"
  case object = "OBJECT"
  case fieldDefinition = "FIELD_DEFINITION"
  case argumentDefinition = "ARGUMENT_DEFINITION"
  case interface = "INTERFACE"
  case union = "UNION"
  case enumeration = "ENUM"
  case enumValue = "ENUM_VALUE"
  case inputObject = "INPUT_OBJECT"
  case inputFieldDefinition = "INPUT_FIELD_DEFINITION"
}
