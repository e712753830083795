// Arguments, values, directives and type references: sections 2.6, 2.9, 2.11 and 2.12.

extension Parser {
  /// Arguments : ( Argument+ )
  mutating func parseArguments(isConstant: Bool) throws(GraphQLError) -> NodeRange {
    guard skip(.parenLeft) else { return .empty }
    let start = document.arguments.count
    repeat {
      let name = try parseName()
      try expect(.colon)
      let value = try parseIndexedValue(isConstant: isConstant)
      document.arguments.append(Document.Argument(name: name, value: value))
    } while !skip(.parenRight)
    return NodeRange(start: start, end: document.arguments.count)
  }

  /// Directives : Directive+
  mutating func parseDirectives(isConstant: Bool) throws(GraphQLError) -> NodeRange {
    guard peek(.at) else { return .empty }
    let start = document.directives.count
    while peek(.at) {
      let offset = try expect(.at).offset
      let name = try parseName()
      let arguments = try parseArguments(isConstant: isConstant)
      document.directives.append(Document.Directive(offset: offset, name: name, arguments: arguments))
    }
    return NodeRange(start: start, end: document.directives.count)
  }

  /// A value that is nobody's list item; its index.
  mutating func parseIndexedValue(isConstant: Bool) throws(GraphQLError) -> Int {
    let value = try parseValue(isConstant: isConstant)
    document.values.append(value)
    return document.values.count - 1
  }

  /// Value : Variable | IntValue | FloatValue | StringValue | BooleanValue | NullValue | EnumValue | ListValue | ObjectValue
  private mutating func parseValue(isConstant: Bool) throws(GraphQLError) -> Document.Value {
    let token = current
    switch token.kind {
    case .bracketLeft: return try parseList(isConstant: isConstant)
    case .braceLeft: return try parseObject(isConstant: isConstant)
    case .int: return scalar(.int, token)
    case .float: return scalar(.float, token)
    case .string, .blockString:
      advance()
      return stringValue(token)
    case .name: return scalar(kindOfNamed, token)
    case .dollar: return try parseVariable(isConstant: isConstant)
    default: throw unexpected(token)
    }
  }

  private mutating func scalar(_ kind: Document.Value.Kind, _ token: Token) -> Document.Value {
    let name = token.kind == .name ? currentName : .none
    advance()
    return Document.Value(
      kind: kind,
      isBlock: false,
      offset: token.offset,
      end: UInt32(truncatingIfNeeded: token.end),
      name: name,
      children: .empty
    )
  }

  /// BooleanValue, NullValue or EnumValue.
  private var kindOfNamed: Document.Value.Kind {
    if peekKeyword("true") || peekKeyword("false") { return .boolean }
    return peekKeyword("null") ? .null : .enumeration
  }

  /// Variable : $ Name
  private mutating func parseVariable(isConstant: Bool) throws(GraphQLError) -> Document.Value {
    let dollar = try expect(.dollar)
    if isConstant {
      guard peek(.name) else { throw unexpected(dollar) }
      throw failure("Unexpected variable \"$\(text(of: current))\" in constant value.", at: dollar.start)
    }
    let end = lexer.end
    let name = try parseName()
    return Document.Value(
      kind: .variable,
      isBlock: false,
      offset: dollar.offset,
      end: UInt32(truncatingIfNeeded: end),
      name: name,
      children: .empty
    )
  }

  /// ListValue : [ ] | [ Value+ ]
  private mutating func parseList(isConstant: Bool) throws(GraphQLError) -> Document.Value {
    try enter()
    let open = try expect(.bracketLeft)
    let mark = pendingValues.count
    while !peek(.bracketRight) {
      let item = try parseValue(isConstant: isConstant)
      pendingValues.append(item)
    }
    let close = try expect(.bracketRight)
    leave()
    let start = document.values.count
    document.values.append(contentsOf: pendingValues[mark...])
    pendingValues.removeLast(pendingValues.count - mark)
    return Document.Value(
      kind: .list,
      isBlock: false,
      offset: open.offset,
      end: UInt32(truncatingIfNeeded: close.end),
      name: .none,
      children: NodeRange(start: start, end: document.values.count)
    )
  }

  /// ObjectValue : { } | { ObjectField+ }
  private mutating func parseObject(isConstant: Bool) throws(GraphQLError) -> Document.Value {
    try enter()
    let open = try expect(.braceLeft)
    let mark = pendingObjectFields.count
    while !peek(.braceRight) {
      let name = try parseName()
      try expect(.colon)
      let value = try parseIndexedValue(isConstant: isConstant)
      pendingObjectFields.append(Document.ObjectField(name: name, value: value))
    }
    let close = try expect(.braceRight)
    leave()
    let start = document.objectFields.count
    document.objectFields.append(contentsOf: pendingObjectFields[mark...])
    pendingObjectFields.removeLast(pendingObjectFields.count - mark)
    return Document.Value(
      kind: .object,
      isBlock: false,
      offset: open.offset,
      end: UInt32(truncatingIfNeeded: close.end),
      name: .none,
      children: NodeRange(start: start, end: document.objectFields.count)
    )
  }

  /// Type : NamedType | ListType | NonNullType
  mutating func parseType() throws(GraphQLError) -> Document.TypeNode {
    let offset = current.offset
    var lists = 0
    while skip(.bracketLeft) {
      lists += 1
      if lists > TypeWrappers.maxListDepth { throw tooDeep(TypeWrappers.maxListDepth) }
    }
    let name = try parseName()
    var wrappers = skip(.bang) ? TypeWrappers.none.nonNull : .none
    for _ in 0..<lists {
      try expect(.bracketRight)
      wrappers = wrappers.list
      if skip(.bang) { wrappers = wrappers.nonNull }
    }
    return Document.TypeNode(offset: offset, name: name, wrappers: wrappers)
  }
}
