import JSON
import Resolver
import Schema

/// The value that the harness serves for any schema: the same for every field of a type, so that an outside suite
/// knows each answer beforehand.
///
/// Int 2, Float 3.14, String `"str"`, Boolean true, ID `"id"`, custom scalars `"str"`, enums their first declared value,
/// lists two items, unions their alphabetically first member, interfaces their alphabetically last implementor, objects
/// always present. Objects are linked to each other, so a schema with cycles has answers of any depth.
struct FixedWiring {
  private let schema: GraphQLSchema
  private let faults: Faults
  private var writer = JSONWriter(reserving: 4096)
  /// The type that each `null` of the text stands for, in order: an object is written once, under its name.
  private var references: [TypeID] = []

  private init(schema: GraphQLSchema, faults: Faults) {
    self.schema = schema
    self.faults = faults
  }

  /// The root value of every kind of operation.
  static func rootValue(of schema: GraphQLSchema, faults: Faults) throws -> RootValue {
    var wiring = FixedWiring(schema: schema, faults: faults)
    return try wiring.build()
  }

  private mutating func build() throws -> RootValue {
    let objects = schema.types.filter { $0.kind == .object && !$0.isIntrospection }
    writer.beginObject()
    for object in objects { writeObject(object) }
    writer.endObject()
    let document = try JSONDocument(parsing: writer.bytes)
    var nodes: [TypeID: Int] = [:]
    var child = 1
    for object in objects {
      nodes[object.id] = child
      child = document.next(after: child)
    }
    let placeholders = document.nodes.indices.filter { document.nodes[$0].kind == .null }
    let links = zip(placeholders, references).compactMap { node, type in nodes[type].map { (node, $0) } }
    let roots = OperationKind.allCases.compactMap { kind in
      schema.rootType(of: kind).flatMap { nodes[$0] }.map { (kind, $0) }
    }
    return RootValue(
      document: document.linking(Dictionary(uniqueKeysWithValues: links)),
      nodes: Dictionary(uniqueKeysWithValues: roots)
    )
  }

  private mutating func writeObject(_ object: NamedType) {
    writer.key(escaping: object.name)
    writer.beginObject()
    writer.key("__typename")
    writer.string(object.name)
    for id in object.fieldIDs where !schema[id].isMeta { writeField(schema[id]) }
    writer.endObject()
  }

  private mutating func writeField(_ field: FieldDefinition) {
    switch faults[schema.coordinate(of: field.id)] {
    case .none:
      writer.key(escaping: field.name)
      writeValue(of: field.type)
    case .wrong:
      writer.key(escaping: field.name)
      writeWrongValue(of: field.type.nullable)
    // Where a resolver stands, or nobody does, the object has no member.
    case .throw, .null: break
    }
  }

  private mutating func writeWrongValue(of type: TypeReference) {
    if type.isList { return writer.string("no list") }
    if schema[type.named].kind == .enumeration { return writer.string("NOT A VALUE") }
    writer.beginObject()
    writer.endObject()
  }

  private mutating func writeValue(of type: TypeReference) {
    let type = type.nullable
    guard !type.isList else {
      writer.beginArray()
      writeValue(of: type.item)
      writeValue(of: type.item)
      return writer.endArray()
    }
    let named = schema[type.named]
    switch named.kind {
    case .object: reference(named.id)
    case .union: reference(named.possibleTypes.min { schema[$0].name < schema[$1].name })
    case .interface: reference(named.possibleTypes.max { schema[$0].name < schema[$1].name })
    case .enumeration: writer.string(named.enumValues.first?.name ?? "")
    case .scalar, .inputObject: writeScalar(named.name)
    }
  }

  private mutating func writeScalar(_ name: String) {
    switch name {
    case "Int": writer.int(2)
    case "Float": writer.double(3.14)
    case "Boolean": writer.bool(true)
    case "ID": writer.string("id")
    default: writer.string("str")
    }
  }

  /// An abstract type without members has no value: the placeholder stays null.
  private mutating func reference(_ type: TypeID?) {
    writer.null()
    references.append(type ?? TypeID(-1))
  }
}
