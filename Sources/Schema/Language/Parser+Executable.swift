// Operations, selections, fragments and variables: sections 2.3 to 2.8 and 2.10.

extension Parser {
  /// OperationDefinition : Description? OperationType Name? VariablesDefinition? Directives? SelectionSet | SelectionSet
  mutating func parseOperation(description: Int?) throws(GraphQLError) {
    let start = startOffset(description)
    let mark = ExtentMark(document)
    var kind = OperationKind.query
    var name = Name.none
    var variables = NodeRange.empty
    var directives = NodeRange.empty
    if !peek(.braceLeft) {
      kind = try parseOperationKind()
      if peek(.name) { name = try parseName() }
      variables = try parseVariableDefinitions()
      directives = try parseDirectives(isConstant: false)
    }
    let selections = try parseSelectionSet()
    document.definitions.append(.operation(document.operations.count))
    document.operations.append(
      Document.Operation(
        kind: kind,
        offset: start,
        name: name,
        description: description,
        variableDefinitions: variables,
        directives: directives,
        selections: selections,
        extent: mark.extent(document)
      )
    )
  }

  /// OperationType : one of `query` `mutation` `subscription`
  mutating func parseOperationKind() throws(GraphQLError) -> OperationKind {
    let token = try expect(.name)
    switch text(of: token) {
    case "query": return .query
    case "mutation": return .mutation
    case "subscription": return .subscription
    default: throw unexpected(token)
    }
  }

  /// FragmentDefinition : Description? fragment FragmentName TypeCondition Directives? SelectionSet
  mutating func parseFragment(description: Int?) throws(GraphQLError) {
    let start = startOffset(description)
    let mark = ExtentMark(document)
    try expectKeyword("fragment")
    if currentIsOn { throw unexpected(current) }
    let name = try parseName()
    try expectKeyword("on")
    let typeCondition = try parseName()
    let directives = try parseDirectives(isConstant: false)
    let selections = try parseSelectionSet()
    document.definitions.append(.fragment(document.fragments.count))
    document.fragments.append(
      Document.Fragment(
        offset: start,
        name: name,
        description: description,
        typeCondition: typeCondition,
        directives: directives,
        selections: selections,
        extent: mark.extent(document)
      )
    )
  }

  /// The offset of a definition whose description, if any, was read already.
  func startOffset(_ description: Int?) -> UInt32 {
    description.map { document.values[$0].offset } ?? current.offset
  }

  /// VariablesDefinition : ( VariableDefinition+ )
  private mutating func parseVariableDefinitions() throws(GraphQLError) -> NodeRange {
    guard skip(.parenLeft) else { return .empty }
    let start = document.variableDefinitions.count
    repeat {
      try parseVariableDefinition()
    } while !skip(.parenRight)
    return NodeRange(start: start, end: document.variableDefinitions.count)
  }

  /// VariableDefinition : Description? Variable : Type DefaultValue? Directives[Const]?
  private mutating func parseVariableDefinition() throws(GraphQLError) {
    let description = parseDescription()
    let offset = try expect(.dollar).offset
    let name = try parseName()
    try expect(.colon)
    let type = try parseType()
    let defaultValue = skip(.equals) ? try parseIndexedValue(isConstant: true) : nil
    let directives = try parseDirectives(isConstant: true)
    document.variableDefinitions.append(
      Document.VariableDefinition(
        offset: offset,
        name: name,
        description: description,
        type: type,
        defaultValue: defaultValue,
        directives: directives
      )
    )
  }

  /// SelectionSet : { Selection+ }
  private mutating func parseSelectionSet() throws(GraphQLError) -> NodeRange {
    try enter()
    try expect(.braceLeft)
    let mark = pendingSelections.count
    repeat {
      try parseSelection()
    } while !skip(.braceRight)
    leave()
    let start = document.selections.count
    // One by one: a slice would count references, and these are few.
    for index in mark..<pendingSelections.count { document.selections.append(pendingSelections[index]) }
    pendingSelections.removeLast(pendingSelections.count - mark)
    return NodeRange(start: start, end: document.selections.count)
  }

  /// Selection : Field | FragmentSpread | InlineFragment
  private mutating func parseSelection() throws(GraphQLError) {
    if peek(.spread) {
      try parseFragmentSelection()
    } else {
      try parseField()
    }
  }

  /// Field : Alias? Name Arguments? Directives? SelectionSet?
  private mutating func parseField() throws(GraphQLError) {
    var alias = Name.none
    var name = try parseName()
    let offset = name.offset
    if skip(.colon) {
      alias = name
      name = try parseName()
    }
    let arguments = peek(.parenLeft) ? try parseArguments(isConstant: false) : .empty
    let directives = peek(.at) ? try parseDirectives(isConstant: false) : .empty
    let brace = peek(.braceLeft) ? current.offset : 0
    let selections = peek(.braceLeft) ? try parseSelectionSet() : .empty
    pendingSelections.append(
      Document.Selection(
        kind: .field,
        offset: offset,
        alias: alias,
        name: name,
        arguments: arguments,
        directives: directives,
        selections: selections,
        brace: brace
      )
    )
  }

  /// FragmentSpread : ... FragmentName Directives?
  /// InlineFragment : ... TypeCondition? Directives? SelectionSet
  private mutating func parseFragmentSelection() throws(GraphQLError) {
    let offset = try expect(.spread).offset
    var kind = Document.Selection.Kind.fragmentSpread
    var name = Name.none
    if currentIsOn || !peek(.name) {
      kind = .inlineFragment
      if peek(.name) {
        advance()
        name = try parseName()
      }
    } else {
      name = try parseName()
    }
    let directives = try parseDirectives(isConstant: false)
    let brace = kind == .inlineFragment ? current.offset : 0
    let selections = kind == .inlineFragment ? try parseSelectionSet() : .empty
    pendingSelections.append(
      Document.Selection(
        kind: kind,
        offset: offset,
        alias: .none,
        name: name,
        arguments: .empty,
        directives: directives,
        selections: selections,
        brace: brace
      )
    )
  }

  private var currentIsOn: Bool { peekKeyword("on") }
}

/// Where the document's arrays stood when a definition began.
private struct ExtentMark {
  private let selections: Int
  private let arguments: Int
  private let directives: Int
  private let values: Int
  private let objectFields: Int

  init(_ document: Document) {
    selections = document.selections.count
    arguments = document.arguments.count
    directives = document.directives.count
    values = document.values.count
    objectFields = document.objectFields.count
  }

  func extent(_ document: Document) -> Document.Extent {
    Document.Extent(
      selections: NodeRange(start: selections, end: document.selections.count),
      arguments: NodeRange(start: arguments, end: document.arguments.count),
      directives: NodeRange(start: directives, end: document.directives.count),
      values: NodeRange(start: values, end: document.values.count),
      objectFields: NodeRange(start: objectFields, end: document.objectFields.count)
    )
  }
}
