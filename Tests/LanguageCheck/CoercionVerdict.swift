import JSON
import Schema

/// What became of the variables and arguments of an operation.
struct CoercionVerdict {
  let document: Document
  let schema: GraphQLSchema
  let variables: VariableValues

  /// `{variables: {name: value}, arguments: [{name: value} or {error}]}`; what is absent is left out.
  func json(operation: Int) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("variables")
    writer.beginObject()
    for index in document.operations[operation].variableDefinitions.indices {
      let name = document.variableDefinitions[index].name
      guard let value = variables[name] else { continue }
      writer.key(escaping: document.text(of: name))
      writer.raw(value.canonicalJSON)
    }
    writer.endObject()
    writer.key("arguments")
    writer.beginArray()
    for selection in fields { write(selection, to: &writer) }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }

  /// Field selections by place.
  private var fields: [Int] {
    document.selections.indices
      .filter { document.selections[$0].kind == .field }
      .sorted { document.selections[$0].offset < document.selections[$1].offset }
  }

  private func write(_ selection: Int, to writer: inout JSONWriter) {
    let binding = DocumentBinding(document, schema)
    guard let field = binding.field(ofSelection: selection) else { return writer.null() }
    do throws(GraphQLError) {
      let values = try schema.coerceArgumentValues(
        of: schema[field],
        selection: selection,
        in: document,
        variables: variables
      )
      writer.raw(values.canonicalJSON)
    } catch {
      writer.raw(Verdict.error(error))
    }
  }
}
