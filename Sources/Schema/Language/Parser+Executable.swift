// Operations, selections, fragments and variables: sections 2.3 to 2.8 and 2.10.

extension Parser {
  /// OperationDefinition : Description? OperationType Name? VariablesDefinition? Directives? SelectionSet | SelectionSet
  mutating func parseOperation(_ start: Start) throws(GraphQLError) {
    let mark = ExtentMark(self)
    var kind = OperationKind.query
    var name = Name.none
    var variables = NodeRange.empty
    var directives = NodeRange.empty
    if !peek(.braceLeft) {
      kind = try parseOperationKind()
      if peek(.name) { name = takeName() }
      variables = try parseVariableDefinitions()
      directives = try parseDirectives(isConstant: false)
    }
    let selections = try parseSelectionSet()
    document.definitions.append(.operation(document.operations.count))
    document.operations.append(
      Document.Operation(
        kind: kind,
        offset: start.offset,
        name: name,
        description: start.description,
        variableDefinitions: variables,
        directives: directives,
        selections: selections,
        extent: mark.extent(self)
      )
    )
  }

  /// OperationType : one of `query` `mutation` `subscription`
  mutating func parseOperationKind() throws(GraphQLError) -> OperationKind {
    if skipKeyword("query") { return .query }
    if skipKeyword("mutation") { return .mutation }
    if skipKeyword("subscription") { return .subscription }
    let token = try expect(.name)
    throw unexpected(token)
  }

  /// FragmentDefinition : Description? fragment FragmentName TypeCondition Directives? SelectionSet
  mutating func parseFragment(_ start: Start) throws(GraphQLError) {
    let mark = ExtentMark(self)
    advance()
    if peekKeyword("on") { throw unexpected(current) }
    let name = try parseName()
    try expectKeyword("on")
    let typeCondition = try parseName()
    let directives = try parseDirectives(isConstant: false)
    let selections = try parseSelectionSet()
    document.definitions.append(.fragment(document.fragments.count))
    document.fragments.append(
      Document.Fragment(
        offset: start.offset,
        name: name,
        description: start.description,
        typeCondition: typeCondition,
        directives: directives,
        selections: selections,
        extent: mark.extent(self)
      )
    )
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
  ///
  /// Sets nest without recursion. A selection whose set is open waits in `pendingSelections` below its children; until the set is
  /// complete, the start of its `selections` is where the one around it waits.
  private mutating func parseSelectionSet() throws(GraphQLError) -> NodeRange {
    try openSelectionSet()
    // The selection whose set is open, or the definition.
    var parent = UInt32.max
    while true {
      let hasSet = peek(.spread) ? try parseFragmentSelection() : try parseField()
      if hasSet {
        let index = pendingSelections.count &- 1
        pendingSelections[index].brace = UInt32(truncatingIfNeeded: lexer.start)
        pendingSelections[index].selections = NodeRange(start: parent, end: parent)
        parent = UInt32(truncatingIfNeeded: index)
        try openSelectionSet()
        continue
      }
      while peek(.braceRight) {
        lexer.advance()
        leave()
        let start = UInt32(truncatingIfNeeded: selections.count)
        // The definition's set begins at 0.
        pendingSelections.move(above: Int(truncatingIfNeeded: parent &+ 1), to: &selections)
        let range = NodeRange(start: start, end: UInt32(truncatingIfNeeded: selections.count))
        if parent == .max { return range }
        let index = Int(parent)
        parent = pendingSelections[index].selections.start
        pendingSelections[index].selections = range
      }
    }
  }

  @inline(__always)
  private mutating func openSelectionSet() throws(GraphQLError) {
    try enter()
    guard peek(.braceLeft) else { throw expected(TokenKind.braceLeft.text) }
    lexer.advance()
  }

  /// Field : Alias? Name Arguments? Directives? SelectionSet?, without the set. Whether there is one.
  @inline(__always)
  private mutating func parseField() throws(GraphQLError) -> Bool {
    guard peek(.name) else { throw expected(TokenKind.name.text) }
    var name = currentName
    var alias = Name.none
    let offset = name.offset
    lexer.advance()
    if peek(.colon) {
      advance()
      alias = name
      name = try parseName()
    }
    let arguments = peek(.parenLeft) ? try parseArguments(isConstant: false) : .empty
    let directives = peek(.at) ? try parseDirectives(isConstant: false) : .empty
    pendingSelections.append(
      Document.Selection(
        kind: .field,
        offset: offset,
        alias: alias,
        name: name,
        arguments: arguments,
        directives: directives
      )
    )
    return peek(.braceLeft)
  }

  /// FragmentSpread : ... FragmentName Directives?
  /// InlineFragment : ... TypeCondition? Directives? SelectionSet, without the set. Whether there must be one.
  private mutating func parseFragmentSelection() throws(GraphQLError) -> Bool {
    let offset = try expect(.spread).offset
    var kind = Document.Selection.Kind.fragmentSpread
    var name = Name.none
    if skipKeyword("on") {
      kind = .inlineFragment
      name = try parseName()
    } else if peek(.name) {
      name = takeName()
    } else {
      kind = .inlineFragment
    }
    let directives = try parseDirectives(isConstant: false)
    pendingSelections.append(
      Document.Selection(
        kind: kind,
        offset: offset,
        alias: .none,
        name: name,
        arguments: .empty,
        directives: directives
      )
    )
    return kind == .inlineFragment
  }
}

/// Where the document's arrays stood when a definition began.
private struct ExtentMark {
  private let selections: Int
  private let arguments: Int
  private let directives: Int
  private let values: Int
  private let objectFields: Int

  init(_ parser: borrowing Parser) {
    selections = parser.selections.count
    arguments = parser.document.arguments.count
    directives = parser.document.directives.count
    values = parser.document.values.count
    objectFields = parser.document.objectFields.count
  }

  func extent(_ parser: borrowing Parser) -> Document.Extent {
    Document.Extent(
      selections: NodeRange(start: selections, end: parser.selections.count),
      arguments: NodeRange(start: arguments, end: parser.document.arguments.count),
      directives: NodeRange(start: directives, end: parser.document.directives.count),
      values: NodeRange(start: values, end: parser.document.values.count),
      objectFields: NodeRange(start: objectFields, end: parser.document.objectFields.count)
    )
  }
}
