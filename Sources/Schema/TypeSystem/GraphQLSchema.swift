/// A checked type system: types and fields as dense ids, immutable, built once by `SchemaBuilder`. Specification, section 3.
///
/// It holds the introspection types and meta fields too, so `__schema` is planned and executed like any other field.
public final class GraphQLSchema: Sendable {
  public let description: String?
  /// Indexed by `TypeID.index`: the SDL's types in order, then built-in scalars, then the introspection types.
  public let types: [NamedType]
  /// Indexed by `FieldID.index`.
  public let fields: [FieldDefinition]
  /// The SDL's directives in order, then the built-in ones it does not define itself.
  public let directives: [DirectiveDefinition]
  public let queryType: TypeID?
  public let mutationType: TypeID?
  public let subscriptionType: TypeID?
  /// Directives on `schema` itself.
  public let appliedDirectives: [AppliedDirective]
  /// `__typename`, on every composite type.
  public let typenameField: FieldID
  /// `__schema`, on the query root.
  public let schemaField: FieldID
  /// `__type(name:)`, on the query root.
  public let typeField: FieldID
  /// Where the SDL came from, for diagnostics.
  public let source: Source

  let names: NameTable
  let index: SchemaIndex

  init(
    draft: SchemaDraft,
    source: Source
  ) {
    description = draft.description
    types = draft.types
    fields = draft.fields
    directives = draft.directives
    queryType = draft.queryType
    mutationType = draft.mutationType
    subscriptionType = draft.subscriptionType
    appliedDirectives = draft.appliedDirectives
    typenameField = draft.typenameField
    schemaField = draft.schemaField
    typeField = draft.typeField
    self.source = source
    var names = NameTable()
    index = SchemaIndex(draft: draft, names: &names)
    self.names = names
  }
}

extension GraphQLSchema {
  public subscript(id: TypeID) -> NamedType { types[Int(id.index)] }

  public subscript(id: FieldID) -> FieldDefinition { fields[Int(id.index)] }

  /// - Complexity: O(1).
  public func type(named name: String) -> TypeID? {
    names.find(name).flatMap { index.type(named: $0) }
  }

  /// A field by name, meta fields included: `__typename` on any composite type, `__schema` and `__type` on the query root.
  ///
  /// - Complexity: O(1).
  public func field(named name: String, on type: TypeID) -> FieldID? {
    names.find(name).flatMap { index.field(named: $0, on: type) }
  }

  /// An element by schema coordinate: `Type.field`.
  public func field(at coordinate: String) -> FieldID? {
    let parts = coordinate.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let type = type(named: String(parts[0])) else { return nil }
    return field(named: String(parts[1]), on: type)
  }

  /// The schema coordinate of a field: `Query.homeKpis`.
  public func coordinate(of field: FieldID) -> String {
    let definition = self[field]
    return self[definition.parent].name + "." + definition.name
  }

  public func directive(named name: String) -> DirectiveDefinition? {
    names.find(name).flatMap { index.directive(named: $0) }.map { directives[$0] }
  }

  public func rootType(of kind: OperationKind) -> TypeID? {
    switch kind {
    case .query: queryType
    case .mutation: mutationType
    case .subscription: subscriptionType
    }
  }

  /// Whether a value of the object type `object` satisfies `condition` (DoesFragmentTypeApply, section 6.3.2).
  ///
  /// - Complexity: O(1).
  public func isPossible(_ object: TypeID, for condition: TypeID) -> Bool {
    index.isPossible(object, for: condition)
  }

  /// Whether some object type satisfies both.
  ///
  /// - Complexity: O(object types / 64).
  public func overlaps(_ left: TypeID, _ right: TypeID) -> Bool {
    index.overlaps(left, right)
  }

  /// IsSubType, section 3.6: may a field of type `type` stand where `expected` is promised?
  public func isSubtype(_ type: TypeReference, of expected: TypeReference) -> Bool {
    var type = type
    var expected = expected
    while true {
      if expected.isNonNull {
        guard type.isNonNull else { return false }
        expected = expected.nullable
      }
      type = type.nullable
      guard expected.isList else { break }
      guard type.isList else { return false }
      type = type.item
      expected = expected.item
    }
    return !type.isList && (type.named == expected.named || declares(type.named, expected.named))
  }

  /// The type as it is written in SDL: `[Int!]!`.
  public func text(of type: TypeReference) -> String {
    type.wrappers.text(around: self[type.named].name)
  }

  private func declares(_ type: TypeID, _ abstract: TypeID) -> Bool {
    switch self[abstract].kind {
    case .union: self[abstract].possibleTypes.contains(type)
    case .interface: self[type].interfaces.contains(abstract)
    default: false
    }
  }
}

extension TypeWrappers {
  /// `[name!]!`.
  public func text(around name: String) -> String {
    var text = name
    var open = ""
    for level in 0...listDepth {
      if level > 0 {
        open += "["
        text += "]"
      }
      if isNonNull(level: level) { text += "!" }
    }
    return open + text
  }

  /// Whether a level, 0 for the named type, carries `!`.
  func isNonNull(level: Int) -> Bool { (bits >> UInt32(level)) & 1 != 0 }
}
