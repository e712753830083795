import JSON
import Schema

/// Whether a body that somebody else has written can answer the selection of a field.
///
/// Our own bodies are whole by construction. Another service's may lack the members that only GraphQL offers, or hold
/// something else entirely; then the value is a miss.
struct ForeignBodyCheck {
  let schema: GraphQLSchema
  let output: OutputPlan

  func answers(_ index: Int, _ place: Place) -> Bool {
    check(output.fields[index].type, output.fields[index], place)
  }

  private func check(_ type: TypeReference, _ field: OutputField, _ place: Place) -> Bool {
    if place.kind == .null { return !type.isNonNull }
    let type = type.nullable
    if type.isList {
      return place.kind == .array && place.elements.allSatisfy { check(type.item, field, $0) }
    }
    guard let selection = field.selection else {
      if let scalar = schema[type.named].scalar, field.leaf == .any { return fits(scalar, place) }
      return output.withView { output in
        place.document.withView { body in
          unsafe LeafCoercion.accepts(field.leaf, kind: place.kind, text: body.text(of: place.node), in: output)
        }
      }
    }
    guard place.kind == .object, let runtimeType = place.runtimeType(of: field.type.named, in: schema),
      let variant = output.variants[output.selections[selection].variants].first(where: { $0.type == runtimeType })
    else { return false }
    return variant.fields.allSatisfy { checkMember(output.fields[$0], of: place) }
  }

  /// Whether a value is one that we could have written for a scalar of the schema: its canonical text, or a number.
  ///
  /// What a scalar takes as input is more than that: a UUID in capitals, a decimal in quotes.
  private func fits(_ scalar: ScalarCoercion, _ place: Place) -> Bool {
    let value = InputValue(JSONValue(document: place.document, index: place.node))
    guard let canonical = try? scalar.coerce(value) else { return false }
    return switch (value, canonical) {
    case (.int, .int), (.int, .number), (.number, .int), (.number, .number): true
    default: value == canonical
    }
  }

  private func checkMember(_ field: OutputField, of place: Place) -> Bool {
    switch field.source {
    case .typename: return true
    case .root: return false
    case .property: return place.member(output.property(of: field)).map { check(field.type, field, $0) } ?? false
    case .nested: return place.member(output.property(of: field)).map { check(field.type, field, $0) } ?? true
    }
  }
}
