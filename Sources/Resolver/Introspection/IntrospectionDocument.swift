import JSON
import Schema
import Synchronization

/// The schema as the value that introspection (spec section 4) selects from.
///
/// A graph of JSON nodes, so that `__schema` and `__type` run through the same output plan as every other field: types
/// stand once, and a reference to a type is a link to it. Lists that can show deprecated elements are there twice.
struct IntrospectionDocument: Sendable {
  let document: JSONDocument
  private let types: [String: Int]

  /// Linear in the size of the schema. Meant to be made once for a schema.
  init(_ schema: GraphQLSchema) {
    var builder = IntrospectionBuilder(schema: schema)
    (document, types) = builder.build()
  }

  /// The node of `__schema`.
  var schemaNode: Int { 0 }

  /// The node of the type with this name; nil when there is none.
  func typeNode(named name: String) -> Int? { types[name] }

  /// The member that holds all elements, deprecated ones too, of the list that `key` holds without them.
  static func keyWithDeprecated(_ key: [UInt8]) -> [UInt8] { key + Array("WithDeprecated".utf8) }
}

/// Writes the schema as JSON in which every number stands for a link to a type.
private struct IntrospectionBuilder {
  private let schema: GraphQLSchema
  private var writer = JSONWriter(reserving: 65_536)

  init(schema: GraphQLSchema) {
    self.schema = schema
  }

  mutating func build() -> (JSONDocument, [String: Int]) {
    writeSchema()
    // The text is our own: were it ever not JSON, introspection would answer with an empty schema.
    guard let document = try? JSONDocument(parsing: writer.bytes, maxDepth: 256, allowsDuplicateKeys: true),
      let list = document.member(Array("types".utf8)[...], of: 0)
    else { return (JSONDocument.empty, [:]) }
    var nodes: [Int] = []
    var child = list + 1
    while child < document.next(after: list) {
      nodes.append(child)
      child = document.next(after: child)
    }
    var links: [Int: Int] = [:]
    for index in document.nodes.indices where document.nodes[index].kind == .number {
      links[index] = JSONValue(document: document, index: index).int.map { nodes[Int($0)] }
    }
    let names = Dictionary(zip(schema.types.map(\.name), nodes)) { first, _ in first }
    return (document.linking(links), names)
  }

  // MARK: __Schema and __Type

  private mutating func writeSchema() {
    writer.beginObject()
    text("description", schema.description)
    list("types", schema.types) { $0.writeType($1) }
    reference("queryType", schema.queryType)
    reference("mutationType", schema.mutationType)
    reference("subscriptionType", schema.subscriptionType)
    list("directives", schema.directives) { $0.writeDirective($1) }
    writer.endObject()
  }

  private mutating func writeType(_ type: NamedType) {
    writer.beginObject()
    text("kind", type.kind.introspectionName)
    text("name", type.name)
    text("description", type.description)
    text("specifiedByURL", type.specifiedByURL)
    let hasFields = type.kind == .object || type.kind == .interface
    // Meta fields are selectable everywhere and listed nowhere.
    let fields = Array(type.fieldIDs).map { schema[$0] }.filter { !$0.isMeta }
    deprecable("fields", hasFields ? fields : nil, \.deprecationReason) { $0.writeField($1) }
    list("interfaces", hasFields ? type.interfaces : nil) { $0.reference($1) }
    list("possibleTypes", type.kind.isAbstract ? type.possibleTypes : nil) { $0.reference($1) }
    deprecable("enumValues", type.kind == .enumeration ? type.enumValues : nil, \.deprecationReason) {
      $0.writeEnumValue($1)
    }
    let isInput = type.kind == .inputObject
    deprecable("inputFields", isInput ? type.inputFields : nil, \.deprecationReason) { $0.writeInputValue($1) }
    writer.key("ofType")
    writer.null()
    writer.key("isOneOf")
    if isInput { writer.bool(type.isOneOf) } else { writer.null() }
    writer.endObject()
  }

  private mutating func writeField(_ field: FieldDefinition) {
    writer.beginObject()
    text("name", field.name)
    text("description", field.description)
    deprecable("args", field.arguments, \.deprecationReason) { $0.writeInputValue($1) }
    writer.key("type")
    reference(field.type)
    writeDeprecation(field.deprecationReason)
    writer.endObject()
  }

  private mutating func writeEnumValue(_ value: EnumValueDefinition) {
    writer.beginObject()
    text("name", value.name)
    text("description", value.description)
    writeDeprecation(value.deprecationReason)
    writer.endObject()
  }

  private mutating func writeInputValue(_ input: InputValueDefinition) {
    writer.beginObject()
    text("name", input.name)
    text("description", input.description)
    writer.key("type")
    reference(input.type)
    text("defaultValue", input.defaultText)
    writeDeprecation(input.deprecationReason)
    writer.endObject()
  }

  private mutating func writeDirective(_ directive: DirectiveDefinition) {
    writer.beginObject()
    text("name", directive.name)
    text("description", directive.description)
    writer.key("isRepeatable")
    writer.bool(directive.isRepeatable)
    list("locations", directive.locations) { $0.writer.string($1.rawValue) }
    deprecable("args", directive.arguments, \.deprecationReason) { $0.writeInputValue($1) }
    writer.endObject()
  }

  // MARK: Pieces

  private mutating func writeDeprecation(_ reason: String?) {
    writer.key("isDeprecated")
    writer.bool(reason != nil)
    text("deprecationReason", reason)
  }

  private mutating func text(_ key: StaticString, _ text: String?) {
    writer.key(key)
    if let text { writer.string(text) } else { writer.null() }
  }

  private mutating func reference(_ key: StaticString, _ type: TypeID?) {
    writer.key(key)
    if let type { reference(type) } else { writer.null() }
  }

  private mutating func reference(_ type: TypeID) { writer.int(Int64(type.index)) }

  /// A type reference: wrapping types are objects of their own, the named type is a link.
  private mutating func reference(_ type: TypeReference) {
    guard type.isNonNull || type.isList else { return reference(type.named) }
    writer.beginObject()
    text("kind", type.isNonNull ? "NON_NULL" : "LIST")
    writer.key("ofType")
    reference(type.isNonNull ? type.nullable : type.item)
    writer.endObject()
  }

  private mutating func list<Element>(
    _ key: String,
    _ elements: [Element]?,
    _ write: (inout IntrospectionBuilder, Element) -> Void
  ) {
    writer.key(escaping: key)
    guard let elements else { return writer.null() }
    writer.beginArray()
    for element in elements { write(&self, element) }
    writer.endArray()
  }

  private mutating func deprecable<Element>(
    _ key: String,
    _ elements: [Element]?,
    _ reason: (Element) -> String?,
    _ write: (inout IntrospectionBuilder, Element) -> Void
  ) {
    list(key, elements?.filter { reason($0) == nil }, write)
    let all = String(decoding: IntrospectionDocument.keyWithDeprecated(Array(key.utf8)), as: UTF8.self)
    list(all, elements, write)
  }
}
