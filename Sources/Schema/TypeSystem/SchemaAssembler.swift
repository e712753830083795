/// Collected definitions to a draft: names become ids, extensions are merged.
///
/// Runs twice. The first time without `constants`: shapes only. Then with a schema of those shapes, by which defaults and
/// directive arguments are coerced.
struct SchemaAssembler {
  let collector: SDLCollector
  private let scalars: [String: ScalarCoercion]
  let constants: GraphQLSchema?
  private(set) var errors: SDLErrorList
  private var draft = SchemaDraft()

  init(_ collector: SDLCollector, scalars: [ScalarCoercion], constants: GraphQLSchema?) {
    self.collector = collector
    self.constants = constants
    errors = SDLErrorList(collector.document)
    let known = BuiltInScalars.all + ScalarCoercion.standard + scalars
    self.scalars = Dictionary(known.map { ($0.name, $0) }) { _, last in last }
  }

  mutating func assemble() -> SchemaDraft {
    assembleRoots()
    for (index, entry) in collector.types.enumerated() {
      if entry.name == SDLCollector.metaFields, entry.isBuiltIn {
        assembleMetaFields(entry)
      } else {
        assembleType(entry, TypeID(index))
      }
    }
    linkPossibleTypes()
    draft.directives = collector.directives.map { assembleDirective($0) }
    return draft
  }

  // MARK: Schema

  private mutating func assembleRoots() {
    let nodes = collector.document.typeSystem
    var places: [OperationKind: UInt32] = [:]
    for index in collector.schemas {
      let schema = nodes.schemas[index]
      if let description = schema.description {
        draft.description = collector.document.string(of: collector.document.values[description])
      }
      draft.appliedDirectives += applied(schema.directives, in: collector.document)
      for position in schema.operationTypes.indices {
        let node = nodes.operationTypes[position]
        if let first = places[node.kind] {
          let message = "There can be only one \(node.kind.text) type in schema."
          errors.add(message, [first, node.offset], rule: "UniqueOperationTypes")
          continue
        }
        places[node.kind] = node.offset
        setRoot(node.kind, resolve(node.type, in: collector.document))
      }
    }
    if !collector.hasSchemaDefinition { assignDefaultRoots() }
  }

  /// Section 3.3.1: without a schema definition the names decide.
  private mutating func assignDefaultRoots() {
    for (kind, name) in [(OperationKind.query, "Query"), (.mutation, "Mutation"), (.subscription, "Subscription")] {
      if let id = collector.typeIDs[name] { setRoot(kind, id) }
    }
  }

  private mutating func setRoot(_ kind: OperationKind, _ type: TypeID) {
    switch kind {
    case .query: draft.queryType = type
    case .mutation: draft.mutationType = type
    case .subscription: draft.subscriptionType = type
    }
  }

  // MARK: Types

  private mutating func assembleType(_ entry: SDLCollector.TypeEntry, _ id: TypeID) {
    let document = collector.document(isBuiltIn: entry.isBuiltIn)
    let definition = document.typeSystem.types[entry.definition]
    var type = NamedType(
      id: id,
      name: entry.name,
      kind: entry.kind,
      description: description(definition.description, in: document),
      location: entry.isBuiltIn ? nil : document.location(definition.name.offset)
    )
    if entry.kind == .scalar { type.scalar = scalars[entry.name] }
    let firstField = draft.fields.count
    add(definition, in: document, to: &type)
    for index in entry.extensions {
      add(collector.document.typeSystem.types[index], in: collector.document, to: &type)
    }
    type.fields = firstField..<draft.fields.count
    draft.types.append(type)
  }

  private mutating func add(
    _ node: TypeSystemNodes.TypeDefinition,
    in document: Document,
    to type: inout NamedType
  ) {
    let references = node.references.indices.map { resolve(document.typeSystem.names[$0], in: document) }
    switch node.kind {
    case .scalar: break
    case .union: type.possibleTypes += references
    case .object, .interface:
      type.interfaces += references
      for index in node.members.indices {
        assembleField(document.typeSystem.fields[index], parent: type.id, in: document)
      }
    case .enumeration:
      type.enumValues += node.members.indices.map { enumValue(document.typeSystem.enumValues[$0], in: document) }
    case .inputObject:
      for index in node.members.indices {
        type.inputFields.append(inputValue(document.typeSystem.inputValues[index], in: document))
      }
    }
    type.appliedDirectives += applied(node.directives, in: document)
    if has("oneOf", node.directives, in: document) { type.isOneOf = true }
    if let url = literal("url", ofDirective: "specifiedBy", node.directives, in: document) { type.specifiedByURL = url }
  }

  private mutating func assembleField(
    _ node: TypeSystemNodes.FieldDefinition,
    parent: TypeID,
    in document: Document
  ) {
    var arguments: [InputValueDefinition] = []
    for index in node.arguments.indices {
      arguments.append(inputValue(document.typeSystem.inputValues[index], in: document))
    }
    let type = reference(node.type, in: document)
    draft.fields.append(
      FieldDefinition(
        id: FieldID(draft.fields.count),
        name: document.text(of: node.name),
        parent: parent,
        description: description(node.description, in: document),
        location: isBuiltIn(document) ? nil : document.location(node.name.offset),
        type: type,
        arguments: arguments,
        deprecationReason: deprecation(node.directives, in: document),
        appliedDirectives: applied(node.directives, in: document)
      )
    )
  }

  private mutating func assembleMetaFields(_ entry: SDLCollector.TypeEntry) {
    let parent = draft.queryType ?? TypeID(0)
    for index in collector.builtIn.typeSystem.types[entry.definition].members.indices {
      let id = FieldID(draft.fields.count)
      let node = collector.builtIn.typeSystem.fields[index]
      assembleField(node, parent: parent, in: collector.builtIn)
      switch draft.fields[Int(id.index)].name {
      case "__schema": draft.schemaField = id
      case "__type": draft.typeField = id
      default: draft.typenameField = id
      }
    }
  }

  private mutating func enumValue(
    _ node: TypeSystemNodes.EnumValueDefinition,
    in document: Document
  ) -> EnumValueDefinition {
    EnumValueDefinition(
      name: document.text(of: node.name),
      description: description(node.description, in: document),
      deprecationReason: deprecation(node.directives, in: document),
      appliedDirectives: applied(node.directives, in: document)
    )
  }

  private mutating func inputValue(
    _ node: TypeSystemNodes.InputValueDefinition,
    in document: Document
  ) -> InputValueDefinition {
    let type = reference(node.type, in: document)
    let directives = applied(node.directives, in: document)
    return InputValueDefinition(
      name: document.text(of: node.name),
      description: description(node.description, in: document),
      location: isBuiltIn(document) ? nil : document.location(node.name.offset),
      type: type,
      defaultValue: defaultValue(node, type, bounds: bounds(directives), in: document),
      defaultText: node.defaultValue.map { document.printed(value: $0) },
      deprecationReason: deprecation(node.directives, in: document),
      appliedDirectives: directives,
      bounds: bounds(directives)
    )
  }

  private mutating func assembleDirective(_ entry: SDLCollector.DirectiveEntry) -> DirectiveDefinition {
    let document = collector.document(isBuiltIn: entry.isBuiltIn)
    let node = document.typeSystem.directives[entry.definition]
    var arguments: [InputValueDefinition] = []
    for index in node.arguments.indices {
      arguments.append(inputValue(document.typeSystem.inputValues[index], in: document))
    }
    return DirectiveDefinition(
      name: entry.name,
      description: description(node.description, in: document),
      location: entry.isBuiltIn ? nil : document.location(node.name.offset),
      arguments: arguments,
      isRepeatable: node.isRepeatable,
      locations: node.locations.indices.compactMap {
        DirectiveLocation(rawValue: document.text(of: document.typeSystem.names[$0]))
      }
    )
  }

  /// GetPossibleTypes, section 5.5.2.3.
  private mutating func linkPossibleTypes() {
    for type in draft.types where type.kind == .object || type.kind == .interface {
      let id = Int(type.id.index)
      if type.kind == .object { draft.types[id].possibleTypes = [type.id] }
      for interface in Set(type.interfaces).sorted() where draft.types[Int(interface.index)].kind == .interface {
        draft.types[Int(interface.index)].implementations.append(type.id)
        if type.kind == .object { draft.types[Int(interface.index)].possibleTypes.append(type.id) }
      }
    }
  }

  // MARK: Parts

  private func isBuiltIn(_ document: Document) -> Bool {
    document.source.name == BuiltInDefinitions.source.name
  }

  private func description(_ value: Int?, in document: Document) -> String? {
    value.map { document.string(of: document.values[$0]) }
  }

  /// KnownTypeNames, section 3.3: the id of a name; some type after an error.
  private mutating func resolve(_ name: Name, in document: Document) -> TypeID {
    let text = document.text(of: name)
    if let id = collector.typeIDs[text], text != SDLCollector.metaFields { return id }
    let hint = DidYouMean.hint(for: text, among: collector.types.map(\.name).filter { !$0.hasPrefix("__") })
    errors.add("Unknown type \"\(text)\".\(hint)", [name.offset], rule: "KnownTypeNames")
    return TypeID(0)
  }

  private mutating func reference(_ node: Document.TypeNode, in document: Document) -> TypeReference {
    TypeReference(resolve(node.name, in: document), node.wrappers)
  }

  private func directive(_ name: String, _ range: NodeRange, in document: Document) -> Document.Directive? {
    range.indices.lazy.map { document.directives[$0] }.first { document.text(of: $0.name) == name }
  }

  private func has(_ name: String, _ range: NodeRange, in document: Document) -> Bool {
    directive(name, range, in: document) != nil
  }

  /// A string argument of a built-in directive, as written.
  private func literal(
    _ argument: String,
    ofDirective name: String,
    _ range: NodeRange,
    in document: Document
  ) -> String? {
    guard let directive = directive(name, range, in: document),
      let value = document.argument(argument, in: directive.arguments), document.values[value].kind == .string
    else { return nil }
    return document.string(of: document.values[value])
  }

  private func deprecation(_ range: NodeRange, in document: Document) -> String? {
    guard has("deprecated", range, in: document) else { return nil }
    return literal("reason", ofDirective: "deprecated", range, in: document) ?? "No longer supported"
  }

  private func bounds(_ directives: [AppliedDirective]) -> ClosedRange<Int64>? {
    guard let range = directives.first(where: { $0.name == "range" }), let low = range["min"]?.intValue,
      let high = range["max"]?.intValue, low <= high
    else { return nil }
    return low...high
  }

  // MARK: Constants

  private mutating func applied(_ range: NodeRange, in document: Document) -> [AppliedDirective] {
    guard let constants else { return [] }
    var result: [AppliedDirective] = []
    for index in range.indices {
      let node = document.directives[index]
      guard let definition = constants.directive(named: document.text(of: node.name)) else { continue }
      do throws(GraphQLError) {
        let arguments = try constants.coerceArgumentValues(of: definition, at: node, in: document, variables: .none)
        result.append(
          AppliedDirective(
            name: definition.name,
            location: document.location(node.offset),
            arguments: arguments,
            text: document.printed(directive: index)
          )
        )
      } catch {
        errors.add(error.message, [node.offset], rule: "ValuesOfCorrectType")
      }
    }
    return result
  }

  private mutating func defaultValue(
    _ node: TypeSystemNodes.InputValueDefinition,
    _ type: TypeReference,
    bounds: ClosedRange<Int64>?,
    in document: Document
  ) -> InputValue? {
    guard let literal = node.defaultValue, let constants else { return nil }
    let name = document.text(of: node.name)
    do throws(CoercionFailure) {
      let value = try LiteralCoercion(schema: constants, document: document).coerce(literal, to: type)
      if let bounds, case .int(let integer) = value, !bounds.contains(integer) {
        throw CoercionFailure("It must be between \(bounds.lowerBound) and \(bounds.upperBound).")
      }
      return value
    } catch {
      let text = document.excerpt(ofValue: literal)
      let message = "Default value \(text) of \"\(name)\" is invalid: \(error.message)"
      errors.add(message, [document.values[literal].offset], rule: "ValuesOfCorrectType")
      return nil
    }
  }
}
