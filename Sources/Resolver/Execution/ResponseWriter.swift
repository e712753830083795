import JSON
import Schema

/// Writes the answer along an output plan: CompleteValue (spec section 6.4.3) for the whole tree, in one pass.
///
/// Null propagation lives in ``complete(_:_:_:_:)`` and nowhere else: a position that cannot be written returns false,
/// and the nearest nullable position above takes back what was written below it and writes `null`.
/// The recursion is as deep as the plan, whose depth was limited before it was made, plus the lists of its types.
///
/// Nothing here counts a reference or allocates for a value: plan and bodies are walked through pointers, which is why a
/// writer lives only inside ``OutputPlan/withView(_:)`` and keeps the results, with their bodies, as long as itself.
@safe struct ResponseWriter: ~Copyable {
  private let schema: GraphQLSchema
  private let compiled: CompiledDocument
  private let plan: OperationPlan
  private let results: StepResults
  private let view: OutputPlanView
  private var out = AnswerBuffer(reserving: 16_384)
  private var errors: [GraphQLError] = []
  /// The way to the position that is being written, apart from its own field where nothing can stand below it.
  private var path: [PathEntry] = []
  /// For each output field, how many nodes after its parent the value stood last time.
  private var distances: [Int32]

  /// A step of the response path as numbers: names are looked up only for an error.
  private enum PathEntry {
    /// Index into ``OutputPlan/fields``.
    case field(Int)
    case index(Int)
  }

  /// What was written, and what went wrong.
  struct Written {
    let bytes: [UInt8]
    let errors: [GraphQLError]
  }

  private init(
    schema: GraphQLSchema,
    compiled: CompiledDocument,
    plan: OperationPlan,
    results: StepResults,
    view: OutputPlanView
  ) {
    self.schema = schema
    self.compiled = compiled
    self.plan = plan
    self.results = results
    self.view = view
    distances = Array(repeating: 0, count: plan.output.fields.count)
    path.reserveCapacity(16)
  }

  /// The response map `{"data":…}`, with `errors` when there are any.
  static func response(
    schema: GraphQLSchema,
    compiled: CompiledDocument,
    plan: OperationPlan,
    results: StepResults
  ) -> Written {
    plan.output.withView { view in
      var writer = ResponseWriter(schema: schema, compiled: compiled, plan: plan, results: results, view: view)
      writer.out.append(#"{"data":"#)
      writer.writeData()
      if !writer.errors.isEmpty {
        writer.out.append(#","errors":"#)
        writer.out.append(ErrorWriter.text(of: writer.errors))
      }
      writer.out.append(UInt8(ascii: "}"))
      return writer.written
    }
  }

  /// The value of the root field with this response name, alone; `null` when it has none.
  static func rootField(
    named name: String,
    schema: GraphQLSchema,
    compiled: CompiledDocument,
    plan: OperationPlan,
    results: StepResults
  ) -> Written {
    plan.output.withView { view in
      var writer = ResponseWriter(schema: schema, compiled: compiled, plan: plan, results: results, view: view)
      writer.writeRootField(named: name)
      return writer.written
    }
  }

  private var written: Written { Written(bytes: out.bytes(), errors: errors) }

  /// Writes the value of `data`: the whole answer, or `null` when a non-null root field has none.
  private mutating func writeData() {
    let mark = out.count
    let root = results.rootValue ?? Place(.empty, 0)
    let variant = plan.output.rootVariant
    guard !root.document.withView({ writeObject(variant, $0, root.node) }) else { return }
    out.rewind(to: mark)
    out.append("null")
  }

  private mutating func writeRootField(named name: String) {
    let variant = plan.output.rootVariant
    let root = results.rootValue ?? Place(.empty, 0)
    guard let index = variant.fields.first(where: { plan.output.details[$0].name == name }),
      root.document.withView({ writeValue(ofField: index, $0, root.node) })
    else {
      out.rewind(to: 0)
      return out.append("null")
    }
    if plan.output.fields[index].source == .typename { unsafe out.append(view.text(variant.name)) }
  }

  // MARK: Objects

  /// Writes `{…}`; false when a non-null field could not be written.
  private mutating func writeObject(_ variant: SelectionVariant, _ body: JSONView, _ node: Int) -> Bool {
    guard !variant.fields.isEmpty else {
      out.append("{}")
      return true
    }
    let start = out.count
    for index in variant.fields {
      unsafe out.append(view.text(view.fields[index].key))
      guard writeValue(ofField: index, body, node) else { return false }
    }
    // Each key brings its comma; the first one's place is the brace's.
    out.replace(UInt8(ascii: "{"), at: start)
    out.append(UInt8(ascii: "}"))
    return true
  }

  private mutating func writeValue(ofField index: Int, _ body: JSONView, _ node: Int) -> Bool {
    if results.hasArgumentFailures, let failure = results.argumentFailure(ofField: index) {
      return fail(failure, index)
    }
    switch unsafe view.fields[index].source {
    case .typename: return true
    case .property:
      guard let value = member(index, body, node) else { return completeAbsent(index) }
      return completeField(index, body, value)
    case .root(let step): return writeRootStep(step, index)
    case .nested(let step):
      if let value = member(index, body, node) { return completeField(index, body, value) }
      return write(unsafe results.nested(step, document: body.document, node: node), index, isMember: true)
    }
  }

  @inline(__always)
  private mutating func member(_ index: Int, _ body: JSONView, _ node: Int) -> Int? {
    unsafe body.member(view.text(view.fields[index].property), of: node, distance: &distances[index])
  }

  /// Writes a root field; as it was written before when the same body is at hand with that.
  private mutating func writeRootStep(_ step: Int, _ index: Int) -> Bool {
    guard let fragments = results.fragments(ofRoot: step), results.isSelfContained(step, in: plan) else {
      return write(results.root(step), index, isMember: false)
    }
    if let bytes = fragments.find(plan: plan.id, field: index) {
      out.append(bytes)
      return true
    }
    let start = out.count
    let errorCount = errors.count
    let isWritten = write(results.root(step), index, isMember: false)
    if isWritten, errors.count == errorCount {
      fragments.keep(out.bytes(from: start), plan: plan.id, field: index)
    }
    return isWritten
  }

  /// - Parameter isMember: whether the outcome is an object that holds the field, not the field's own value.
  private mutating func write(_ outcome: StepResults.Outcome, _ index: Int, isMember: Bool) -> Bool {
    switch outcome {
    case .failure(let error): return fail(error, index)
    case .null: return completeAbsent(index)
    case .value(let document, let node):
      return document.withView { body in
        guard isMember else { return completeField(index, body, body.target(of: node)) }
        guard let value = member(index, body, body.target(of: node)) else { return completeAbsent(index) }
        return completeField(index, body, value)
      }
    }
  }

  /// A field that failed is null where that is allowed.
  private mutating func fail(_ error: GraphQLError, _ index: Int) -> Bool {
    report(error, index, ownField: true)
    guard unsafe !view.fields[index].type.isNonNull else { return false }
    out.append("null")
    return true
  }

  // MARK: Values

  private mutating func completeField(_ index: Int, _ body: JSONView, _ node: Int) -> Bool {
    let type = unsafe view.fields[index].type
    guard unsafe view.fields[index].hasPositionsBelow else { return complete(type, index, body, node) }
    path.append(.field(index))
    let isWritten = complete(type, index, body, node)
    path.removeLast()
    return isWritten
  }

  /// A field without value.
  private mutating func completeAbsent(_ index: Int) -> Bool {
    guard unsafe view.fields[index].type.isNonNull else {
      out.append("null")
      return true
    }
    report(GraphQLError(nullMessage(index), code: .internalServerError), index, ownField: true)
    return false
  }

  /// CompleteValue. False when null must go further up; what was written below this position is then taken back above.
  private mutating func complete(_ type: TypeReference, _ index: Int, _ body: JSONView, _ node: Int) -> Bool {
    guard body.kind(of: node) != .null else {
      guard type.isNonNull else {
        out.append("null")
        return true
      }
      report(nullMessage(index), index)
      return false
    }
    guard !type.isNonNull else { return completeNonNull(type.nullable, index, body, node) }
    let mark = out.count
    if completeNonNull(type, index, body, node) { return true }
    out.rewind(to: mark)
    out.append("null")
    return true
  }

  @inline(__always)
  private mutating func completeNonNull(_ type: TypeReference, _ index: Int, _ body: JSONView, _ node: Int) -> Bool {
    if type.isList { return completeList(type.item, index, body, node) }
    guard let selection = unsafe view.fields[index].selection else { return completeLeaf(index, body, node) }
    guard body.kind(of: node) == .object, let variant = variant(of: selection, body, node) else {
      report("Expected an object for field \(coordinate(index)).", index)
      return false
    }
    return writeObject(variant, body, node)
  }

  private mutating func completeList(_ item: TypeReference, _ index: Int, _ body: JSONView, _ node: Int) -> Bool {
    guard body.kind(of: node) == .array else {
      report("Expected Iterable, but did not find one for field \"\(coordinate(index))\".", index)
      return false
    }
    out.append(UInt8(ascii: "["))
    let end = body.next(after: node)
    var child = node + 1
    var position = 0
    path.append(.index(0))
    while child < end {
      path[path.count - 1] = .index(position)
      if position > 0 { out.append(UInt8(ascii: ",")) }
      guard complete(item, index, body, body.target(of: child)) else {
        path.removeLast()
        return false
      }
      child = body.next(after: child)
      position += 1
    }
    path.removeLast()
    out.append(UInt8(ascii: "]"))
    return true
  }

  @inline(__always)
  private mutating func completeLeaf(_ index: Int, _ body: JSONView, _ node: Int) -> Bool {
    let leaf = unsafe view.fields[index].leaf
    let kind = body.kind(of: node)
    let text = unsafe body.text(of: node)
    guard unsafe LeafCoercion.accepts(leaf, kind: kind, text: text, in: view) else {
      let type = schema[plan.output.fields[index].type.named].name
      report(unsafe LeafCoercion.message(leaf, type: type, text: text), index)
      return false
    }
    // An ID is a string in the answer, also where it is kept as a number (spec section 3.5.5).
    guard leaf == .id, kind == .number else {
      unsafe out.append(text)
      return true
    }
    out.append(UInt8(ascii: "\""))
    unsafe out.append(text)
    out.append(UInt8(ascii: "\""))
    return true
  }

  // MARK: Runtime types

  /// ResolveAbstractType (spec section 6.4.3): an object's own type, or what its member `__typename` names.
  @inline(__always)
  private func variant(of selection: Int, _ body: JSONView, _ node: Int) -> SelectionVariant? {
    let selection = unsafe view.selections[selection]
    guard selection.isAbstract else { return unsafe view.variants[selection.variants.lowerBound] }
    return namedVariant(of: selection, body, node)
  }

  private func namedVariant(of selection: SelectionPlan, _ body: JSONView, _ node: Int) -> SelectionVariant? {
    guard let member = body.member(named: "__typename", of: node) else { return nil }
    let text = unsafe body.text(of: member)
    for index in selection.variants where unsafe view.text(view.variants[index].name).elementsEqual(text) {
      return unsafe view.variants[index]
    }
    return nil
  }

  // MARK: Errors

  private func coordinate(_ index: Int) -> String {
    schema.coordinate(of: plan.output.fields[index].field)
  }

  private func nullMessage(_ index: Int) -> String {
    "Cannot return null for non-nullable field \(coordinate(index))."
  }

  /// Reports an error at the position that is being written.
  private mutating func report(_ message: String, _ index: Int) {
    let isOnPath = plan.output.fields[index].hasPositionsBelow
    report(GraphQLError(message, code: .internalServerError), index, ownField: !isOnPath)
  }

  /// - Parameter ownField: whether the field itself is still missing at the end of ``path``.
  private mutating func report(_ error: GraphQLError, _ index: Int, ownField: Bool) {
    let details = plan.output.details
    let locations =
      error.locations.isEmpty ? details[index].offsets.map { compiled.document.location($0) } : error.locations
    var elements: [PathElement] = path.map { entry in
      switch entry {
      case .field(let index): .key(details[index].name)
      case .index(let position): .index(position)
      }
    }
    if ownField { elements.append(.key(details[index].name)) }
    errors.append(error.at(path: elements, locations: locations))
  }
}
