import JSON
import Schema

/// Compiles an operation of a validated document into an ``OperationPlan``.
struct Planner {
  /// How many fields a plan may have: nested fragments under many aliases can describe answers that grow without bound.
  static let maxFields = 20_000

  private let binding: SchemaBinding
  private let schema: GraphQLSchema
  private let document: Document
  private let selectionsBinding: DocumentBinding
  private let collector: FieldCollector
  private let flags: ShapeFlags
  private let keyStyle: KeyStyle

  private var rootSteps: [RootStep] = []
  private var argumentChecks: [ArgumentCheck] = []
  private var nestedSteps: [NestedStep] = []
  private var selections: [SelectionPlan] = []
  private var variants: [SelectionVariant] = []
  /// Selection sets that were planned before, where nothing in them depends on the way to them.
  private var plannedSelections: [SelectionKey: Int] = [:]
  private var fields: [OutputField] = []
  private var details: [OutputFieldDetail] = []
  private var enumValues: [TextRange] = []
  private var enumerations: [TypeID: LeafKind] = [:]
  private var text: [UInt8] = []
  /// Output fields from the root to the selection set that is being planned.
  private var path: [Int] = []
  private var level = 0

  /// What the plan of a value's fields depends on.
  private struct SelectionKey: Hashable {
    let ranges: [NodeRange]
    let type: TypeID
  }

  init(
    binding: SchemaBinding,
    document: Document,
    documentBinding: DocumentBinding,
    flags: ShapeFlags,
    keyStyle: KeyStyle
  ) {
    self.binding = binding
    schema = binding.schema
    self.document = document
    selectionsBinding = documentBinding
    self.flags = flags
    self.keyStyle = keyStyle
    collector = FieldCollector(schema: schema, document: document, binding: documentBinding, flags: flags)
  }

  /// - Throws: a request error when the plan would have more than ``maxFields`` fields.
  mutating func plan(operation index: Int) throws(GraphQLError) -> OperationPlan {
    let operation = document.operations[index]
    guard let rootType = schema.rootType(of: operation.kind) else {
      throw GraphQLError(
        "Schema is not configured to execute \(operation.kind.text) operation.",
        code: .operationResolutionFailure,
        locations: [document.location(operation.offset)]
      )
    }
    let root = try planSelection([operation.selections], on: rootType)
    completeRootSteps()
    return OperationPlan(
      kind: operation.kind,
      rootSteps: rootSteps,
      argumentChecks: argumentChecks,
      nestedSteps: nestedSteps.sorted { $0.level < $1.level },
      output: OutputPlan(
        root: root,
        selections: selections,
        variants: variants,
        fields: fields,
        details: details,
        enumValues: enumValues,
        text: text
      )
    )
  }

  // MARK: Selection sets

  /// Plans the merged selection sets of a value, for each runtime type that it can have.
  ///
  /// The same selection sets on the same type are planned once, however many runtime types of their parents lead to
  /// them: without that, interfaces nested in each other would multiply. Only nested steps need to know their way.
  private mutating func planSelection(_ ranges: [NodeRange], on type: TypeID) throws(GraphQLError) -> Int {
    let key = SelectionKey(ranges: ranges, type: type)
    if let planned = plannedSelections[key] { return planned }
    let parent = schema[type]
    let nestedBefore = nestedSteps.count
    var planned: [SelectionVariant] = []
    for runtimeType in parent.kind == .object ? [type] : parent.possibleTypes {
      let name = append("\"\(schema[runtimeType].name)\"".utf8)
      let fields = try planFields(collector.collect(ranges, on: runtimeType), of: runtimeType)
      planned.append(SelectionVariant(type: runtimeType, name: name, fields: fields))
    }
    selections.append(
      SelectionPlan(
        variants: variants.count..<variants.count + planned.count,
        isAbstract: parent.kind.isAbstract
      )
    )
    variants += planned
    if nestedSteps.count == nestedBefore { plannedSelections[key] = selections.count - 1 }
    return selections.count - 1
  }

  /// Plans the fields of one object: they stand together in ``OutputPlan/fields``, before the fields below them.
  private mutating func planFields(
    _ collected: [FieldCollector.CollectedField],
    of type: TypeID
  ) throws(GraphQLError) -> Range<Int> {
    let start = fields.count
    guard start + collected.count <= Self.maxFields else { throw tooManyFields(collected) }
    let nested = planNestedSteps(collected, of: type)
    for (position, entry) in collected.enumerated() {
      fields.append(try outputField(entry, of: type, at: start + position, nested: nested))
    }
    for index in start..<fields.count where fields[index].leaf == .composite {
      try planChildren(of: index, collected[index - start])
    }
    return start..<start + collected.count
  }

  private mutating func planChildren(of index: Int, _ entry: FieldCollector.CollectedField) throws(GraphQLError) {
    let field = fields[index]
    path.append(index)
    if case .nested = field.source { level += 1 }
    let ranges = entry.selections.map { document.selections[$0].selections }
    let selection = try planSelection(ranges, on: field.type.named)
    if case .nested = field.source { level -= 1 }
    path.removeLast()
    fields[index].selection = selection
  }

  private func tooManyFields(_ collected: [FieldCollector.CollectedField]) -> GraphQLError {
    GraphQLError(
      "The answer would have more than \(Self.maxFields) fields; select fewer or split the request.",
      code: .fieldLimitExceeded,
      locations: (collected.first?.selections.first).map { [document.location(document.selections[$0].offset)] } ?? []
    )
  }

  // MARK: Fields

  private mutating func outputField(
    _ entry: FieldCollector.CollectedField,
    of type: TypeID,
    at index: Int,
    nested: [NestedKey: Int]
  ) throws(GraphQLError) -> OutputField {
    let first = entry.selections[0]
    guard let id = fieldID(ofSelection: first, on: type) else {
      // A validated document selects only fields that exist.
      throw GraphQLError("Cannot plan field \"\(document.text(of: entry.name))\".", code: .internalServerError)
    }
    let definition = schema[id]
    let bound = binding[id]
    let name = responseName(entry.name)
    let offsets = entry.selections.map { document.selections[$0].offset }
    details.append(OutputFieldDetail(name: name, offsets: offsets))
    // A name is letters, digits and underscores: nothing to escape.
    let typename = bound.source == .typename ? "\"\(schema[type].name)\"" : ""
    return OutputField(
      key: append(",\"\(name)\":\(typename)".utf8),
      property: append(property(of: bound, definition, selection: first)),
      field: id,
      source: source(of: bound, id, selection: first, outputField: index, nested: nested),
      type: definition.type,
      leaf: leafKind(of: definition.type.named),
      selection: nil
    )
  }

  /// The field of the runtime type that a selection means. An object's own definition counts (ExecuteCollectedFields,
  /// spec section 6.3.3), also where the selection stands on an interface: its type and defaults may be stricter.
  private func fieldID(ofSelection selection: Int, on type: TypeID) -> FieldID? {
    guard let id = selectionsBinding.field(ofSelection: selection) else { return nil }
    let definition = schema[id]
    return definition.parent == type || definition.isMeta ? id : schema.field(named: definition.name, on: type)
  }

  private mutating func append(_ piece: some Sequence<UInt8>) -> TextRange {
    let start = UInt32(text.count)
    text.append(contentsOf: piece)
    return TextRange(start: start, end: UInt32(text.count))
  }

  private mutating func source(
    of bound: FieldBinding,
    _ id: FieldID,
    selection: Int,
    outputField: Int,
    nested: [NestedKey: Int]
  ) -> OutputField.Source {
    let kind: RootStep.Kind
    switch bound.source {
    case .typename: return .typename
    case .property:
      checkArguments(of: id, selection: selection, outputField: outputField)
      return .property
    case .nested(let resolver):
      checkArguments(of: id, selection: selection, outputField: outputField)
      return nested[NestedKey(resolver: resolver, cache: bound.nestedCache)].map { .nested(step: $0) } ?? .property
    case .root(let root): kind = .fetch(root)
    case .mutation(let mutation): kind = .mutate(mutation)
    case .introspectionSchema: kind = .introspectionSchema
    case .introspectionType: kind = .introspectionType
    }
    rootSteps.append(
      RootStep(
        kind: kind,
        field: id,
        selection: selection,
        outputField: outputField
      )
    )
    return .root(step: rootSteps.count - 1)
  }

  // MARK: Arguments

  /// Once everything below the root fields is known.
  private mutating func completeRootSteps() {
    for index in rootSteps.indices {
      rootSteps[index].impliedArgument = impliedArgument(of: rootSteps[index])
      rootSteps[index].constantArguments = constantArguments(of: rootSteps[index])
    }
  }

  private func impliedArgument(of step: RootStep) -> ImpliedArgument? {
    guard case .fetch(let root) = step.kind, let selected = binding.roots[root].selectionArgument else { return nil }
    return selected.value(selecting: names(ofFieldsOf: selected.type, below: step.outputField))
      .map { ImpliedArgument(name: selected.argument, value: $0) }
  }

  /// The fields of an object type that are selected anywhere below a field.
  private func names(ofFieldsOf type: TypeID, below field: Int) -> Set<String> {
    var names: Set<String> = []
    var pending = [field]
    var seen: Set<Int> = []
    while let field = pending.popLast() {
      guard let selection = fields[field].selection, seen.insert(selection).inserted else { continue }
      for variant in variants[selections[selection].variants] {
        pending += variant.fields
        if variant.type == type { names.formUnion(variant.fields.map { schema[fields[$0].field].name }) }
      }
    }
    return names
  }

  /// Nil where a variable has a part in the arguments, and where they cannot be coerced: then each request says so.
  private func constantArguments(of step: RootStep) -> CallArguments? {
    let arguments = document.selections[step.selection].arguments
    guard !document.hasVariables(in: arguments.indices.map { document.arguments[$0].value }) else { return nil }
    let values = try? schema.coerceArgumentValues(
      of: schema[step.field],
      selection: step.selection,
      in: document,
      variables: .none
    )
    return values.map { CallArguments($0, of: step, binding) }
  }

  private mutating func checkArguments(of id: FieldID, selection: Int, outputField: Int) {
    guard !schema[id].arguments.isEmpty else { return }
    argumentChecks.append(ArgumentCheck(outputField: outputField, field: id, selection: selection))
  }

  /// What fields of one object share a nested step by: their resolver, unless they are cached by themselves.
  private struct NestedKey: Hashable, Comparable {
    let resolver: Int
    let cache: Int?

    static func < (left: NestedKey, right: NestedKey) -> Bool {
      (left.resolver, left.cache ?? -1) < (right.resolver, right.cache ?? -1)
    }
  }

  /// One step for each resolver that has fields here, and for each field that is cached by itself.
  private mutating func planNestedSteps(
    _ collected: [FieldCollector.CollectedField],
    of type: TypeID
  ) -> [NestedKey: Int] {
    var properties: [NestedKey: Set<String>] = [:]
    for entry in collected {
      guard let id = fieldID(ofSelection: entry.selections[0], on: type),
        case .nested(let resolver) = binding[id].source
      else { continue }
      let key = NestedKey(resolver: resolver, cache: binding[id].nestedCache)
      properties[key, default: []].insert(String(decoding: binding[id].property, as: UTF8.self))
    }
    var steps: [NestedKey: Int] = [:]
    for key in properties.keys.sorted() {
      steps[key] = nestedSteps.count
      nestedSteps.append(
        NestedStep(
          index: nestedSteps.count,
          resolver: key.resolver,
          path: path,
          parentType: type,
          properties: properties[key] ?? [],
          cache: key.cache,
          level: level
        )
      )
    }
    return steps
  }

  /// The member that holds the value. Lists that can show deprecated elements have a member for each way.
  private func property(of bound: FieldBinding, _ definition: FieldDefinition, selection: Int) -> [UInt8] {
    guard schema[definition.parent].isIntrospection, definition.argumentIndex("includeDeprecated") != nil else {
      return bound.property
    }
    let includesDeprecated = document.selections[selection].arguments.indices.contains {
      flags.value(of: document.arguments[$0].value, in: document)
    }
    return includesDeprecated ? IntrospectionDocument.keyWithDeprecated(bound.property) : bound.property
  }

  private mutating func leafKind(of type: TypeID) -> LeafKind {
    let named = schema[type]
    switch (named.kind, named.name) {
    case (.enumeration, _): return enumeration(of: named)
    case (.scalar, "Int"): return .int
    case (.scalar, "Float"): return .float
    case (.scalar, "String"): return .string
    case (.scalar, "ID"): return .id
    case (.scalar, "Boolean"): return .boolean
    case (.scalar, _): return .any
    default: return .composite
    }
  }

  private mutating func enumeration(of type: NamedType) -> LeafKind {
    if let leaf = enumerations[type.id] { return leaf }
    let first = UInt32(enumValues.count)
    for value in type.enumValues { enumValues.append(append("\"\(value.name)\"".utf8)) }
    let leaf = LeafKind.enumeration(first: first, end: UInt32(enumValues.count))
    enumerations[type.id] = leaf
    return leaf
  }

  private func responseName(_ name: Name) -> String {
    let text = document.text(of: name)
    return keyStyle == .snakeCase ? NameStyle.snakeCase(text) : text
  }
}

extension Document {
  /// Whether any of these values is a variable or holds one.
  fileprivate func hasVariables(in indices: [Int]) -> Bool {
    var pending = indices
    while let index = pending.popLast() {
      let value = values[index]
      switch value.kind {
      case .variable: return true
      case .list: pending.append(contentsOf: value.children.indices)
      case .object: pending.append(contentsOf: value.children.indices.map { objectFields[$0].value })
      default: continue
      }
    }
    return false
  }
}
