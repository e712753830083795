import JSON
import Schema

/// Writes the answer along an output plan: CompleteValue (spec section 6.4.3) for the whole tree, in one pass.
///
/// Null propagation lives in ``complete(_:_:_:)`` and nowhere else: a position that cannot be written returns false,
/// and the nearest nullable position above takes back what was written below it and writes `null`.
/// The recursion is as deep as the plan, whose depth was limited before it was made, plus the lists of its types.
struct ResponseWriter {
  private let schema: GraphQLSchema
  private let document: Document
  private let plan: OperationPlan
  private let results: StepResults
  private(set) var json: JSONWriter
  private(set) var errors: [GraphQLError] = []
  private var path: [PathEntry] = []
  /// For each output field, how many nodes after its parent the value stood last time.
  private var distances: [Int]

  /// A step of the response path as numbers: names are looked up only for an error.
  private enum PathEntry {
    /// Index into ``OutputPlan/fields``.
    case field(Int)
    case index(Int)
  }

  init(schema: GraphQLSchema, document: Document, plan: OperationPlan, results: StepResults, json: JSONWriter) {
    self.schema = schema
    self.document = document
    self.plan = plan
    self.results = results
    self.json = json
    distances = Array(repeating: 0, count: plan.output.fields.count)
  }

  /// Writes the value of `data`: the whole answer, or `null` when a non-null root field has none.
  mutating func writeData() {
    let mark = json.mark
    let type = plan.output.selections[plan.output.root].variants[0].type
    guard writeObject(plan.output.root, type: type, place: results.rootValue) else {
      json.rewind(to: mark)
      json.null()
      return
    }
  }

  /// Writes the value of the root field with this response name, alone; `null` when it has none.
  mutating func writeRootField(named name: String) {
    let variant = plan.output.selections[plan.output.root].variants[0]
    guard let index = variant.fields.first(where: { plan.output.details[$0].name == name }),
      writeValue(ofField: index, parentType: variant.type, parent: results.rootValue)
    else { return json.null() }
  }

  // MARK: Objects

  /// Writes `{…}`; false when a non-null field could not be written.
  private mutating func writeObject(_ selection: Int, type: TypeID, place: Place?) -> Bool {
    guard let variant = plan.output.selections[selection].variants.first(where: { $0.type == type }) else {
      return false
    }
    json.beginObject()
    for index in variant.fields {
      json.key(prepared: plan.output.key(of: plan.output.fields[index]))
      guard writeValue(ofField: index, parentType: type, parent: place) else { return false }
    }
    json.endObject()
    return true
  }

  private mutating func writeValue(ofField index: Int, parentType: TypeID, parent: Place?) -> Bool {
    let field = plan.output.fields[index]
    if case .typename = field.source {
      json.string(schema[parentType].name)
      return true
    }
    path.append(.field(index))
    defer { path.removeLast() }
    if case .property = field.source, !results.hasArgumentFailures {
      let place = parent?.member(plan.output.property(of: field), distance: &distances[index])
      return complete(field.type, index, place)
    }
    switch results.value(ofField: index, in: plan.output, parent: parent) {
    case .success(let place): return complete(field.type, index, place)
    case .failure(let error): return fail(error, index)
    }
  }

  /// A field that failed is null where that is allowed.
  private mutating func fail(_ error: GraphQLError, _ index: Int) -> Bool {
    report(error, index)
    guard !plan.output.fields[index].type.isNonNull else { return false }
    json.null()
    return true
  }

  // MARK: Values

  /// CompleteValue. False when null must go further up; what was written below this position is then taken back above.
  private mutating func complete(_ type: TypeReference, _ index: Int, _ place: Place?) -> Bool {
    guard let place, place.kind != .null else {
      guard type.isNonNull else {
        json.null()
        return true
      }
      report("Cannot return null for non-nullable field \(coordinate(index)).", index)
      return false
    }
    guard !type.isNonNull else { return completeNonNull(type.nullable, index, place) }
    let mark = json.mark
    if completeNonNull(type, index, place) { return true }
    json.rewind(to: mark)
    json.null()
    return true
  }

  private mutating func completeNonNull(_ type: TypeReference, _ index: Int, _ place: Place) -> Bool {
    if type.isList { return completeList(type.item, index, place) }
    let field = plan.output.fields[index]
    guard let selection = field.selection else { return completeLeaf(index, place) }
    guard place.kind == .object, let runtimeType = place.runtimeType(of: field.type.named, in: schema) else {
      report("Expected an object for field \(coordinate(index)).", index)
      return false
    }
    return writeObject(selection, type: runtimeType, place: place)
  }

  private mutating func completeList(_ item: TypeReference, _ index: Int, _ place: Place) -> Bool {
    guard place.kind == .array else {
      report("Expected Iterable, but did not find one for field \"\(coordinate(index))\".", index)
      return false
    }
    json.beginArray()
    var position = 0
    for element in place.elements {
      path.append(.index(position))
      let isWritten = complete(item, index, element)
      path.removeLast()
      guard isWritten else { return false }
      position += 1
    }
    json.endArray()
    return true
  }

  private mutating func completeLeaf(_ index: Int, _ place: Place) -> Bool {
    let leaf = plan.output.fields[index].leaf
    let text = place.document.bytes[place.document.range(of: place.node)]
    guard LeafCoercion.accepts(leaf, kind: place.kind, text: text, in: plan.output) else {
      let type = schema[plan.output.fields[index].type.named].name
      report(LeafCoercion.message(leaf, type: type, text: text), index)
      return false
    }
    // An ID is a string in the answer, also where it is kept as a number (spec section 3.5.5).
    if leaf == .id, place.kind == .number {
      json.string(String(decoding: text, as: UTF8.self))
    } else {
      json.raw(text)
    }
    return true
  }

  // MARK: Errors

  private func coordinate(_ index: Int) -> String {
    schema.coordinate(of: plan.output.fields[index].field)
  }

  private mutating func report(_ message: String, _ index: Int) {
    report(GraphQLError(message, code: .internalServerError), index)
  }

  private mutating func report(_ error: GraphQLError, _ index: Int) {
    let offsets = plan.output.details[index].offsets
    let locations = error.locations.isEmpty ? offsets.map { document.location($0) } : error.locations
    let elements: [PathElement] = path.map { entry in
      switch entry {
      case .field(let index): .key(plan.output.details[index].name)
      case .index(let position): .index(position)
      }
    }
    errors.append(error.at(path: elements, locations: locations))
  }
}
