/// What the names of a document mean in a schema: the one table that validation rules and the planner share.
///
/// Made in one pass over the document's arrays from their ends, so parents come before children and nothing recurses.
public struct DocumentBinding: Sendable {
  /// Stands for an unknown id in the dense arrays.
  static let unknown: Int32 = -1

  /// Document symbol → schema name.
  let names: [Int32]
  /// Document symbol → index in `document.fragments`; the last of equal names.
  let fragmentsBySymbol: [Int32]
  private(set) var parents: [Int32]
  private(set) var fields: [Int32]
  /// Inline fragments: type condition. Spreads: fragment.
  private(set) var targets: [Int32]
  private(set) var fragmentTypes: [Int32]

  /// - Complexity: O(document).
  public init(_ document: Document, _ schema: GraphQLSchema) {
    names = Self.resolveNames(document, schema)
    var bySymbol = [Int32](repeating: Self.unknown, count: document.symbols.count)
    for (index, fragment) in document.fragments.enumerated() { bySymbol[Int(fragment.name.symbol)] = Int32(index) }
    fragmentsBySymbol = bySymbol
    parents = [Int32](repeating: Self.unknown, count: document.selections.count)
    fields = parents
    targets = parents
    fragmentTypes = []
    bindRoots(document, schema)
    bindSelections(document, schema)
  }

  private static func resolveNames(_ document: Document, _ schema: GraphQLSchema) -> [Int32] {
    let bytes = document.source.bytes.span
    var names: [Int32] = []
    names.reserveCapacity(document.symbols.count)
    for symbol in document.symbols {
      let start = Int(symbol.offset)
      names.append(Int32(schema.names.find(bytes, start, start + Int(symbol.length))))
    }
    return names
  }

  private mutating func bindRoots(_ document: Document, _ schema: GraphQLSchema) {
    for operation in document.operations {
      setParents(of: operation.selections, to: schema.rootType(of: operation.kind)?.index ?? Self.unknown)
    }
    fragmentTypes.reserveCapacity(document.fragments.count)
    for fragment in document.fragments {
      let type = compositeType(fragment.typeCondition, schema)
      fragmentTypes.append(type)
      setParents(of: fragment.selections, to: type)
    }
  }

  private mutating func bindSelections(_ document: Document, _ schema: GraphQLSchema) {
    for index in document.selections.indices.reversed() {
      let selection = document.selections[index]
      switch selection.kind {
      case .field:
        let field = bindField(selection, parents[index], schema)
        fields[index] = field
        if selection.hasSelectionSet, field >= 0 {
          let type = schema.fields[Int(field)].type.named
          if schema.types[Int(type.index)].kind.isComposite { setParents(of: selection.selections, to: type.index) }
        }
      case .fragmentSpread:
        targets[index] = fragmentsBySymbol[Int(selection.name.symbol)]
      case .inlineFragment:
        let condition = selection.name.isPresent ? compositeType(selection.name, schema) : parents[index]
        targets[index] = selection.name.isPresent ? condition : Self.unknown
        setParents(of: selection.selections, to: condition)
      }
    }
  }

  private func bindField(_ selection: Document.Selection, _ parent: Int32, _ schema: GraphQLSchema) -> Int32 {
    guard parent >= 0 else { return Self.unknown }
    let name = Int(names[Int(selection.name.symbol)])
    return schema.index.field(named: name, on: TypeID(Int(parent)))?.index ?? Self.unknown
  }

  private func compositeType(_ name: Name, _ schema: GraphQLSchema) -> Int32 {
    guard let type = schema.index.type(named: Int(names[Int(name.symbol)])),
      schema.types[Int(type.index)].kind.isComposite
    else { return Self.unknown }
    return type.index
  }

  private mutating func setParents(of range: NodeRange, to type: Int32) {
    for index in range.indices { parents[index] = type }
  }
}

extension DocumentBinding {
  /// The field that a field selection selects; `nil` when the schema has none, and for fragments.
  public func field(ofSelection index: Int) -> FieldID? {
    fields[index] >= 0 ? FieldID(Int(fields[index])) : nil
  }

  /// The composite type that a selection stands in.
  public func parentType(ofSelection index: Int) -> TypeID? {
    parents[index] >= 0 ? TypeID(Int(parents[index])) : nil
  }

  /// The type condition of an inline fragment; `nil` when it has none, or none that the schema knows.
  public func typeCondition(ofInlineFragment index: Int, in document: Document) -> TypeID? {
    guard document.selections[index].kind == .inlineFragment, targets[index] >= 0 else { return nil }
    return TypeID(Int(targets[index]))
  }

  /// The fragment that a spread names, as an index of `document.fragments`.
  public func fragment(ofSpread index: Int, in document: Document) -> Int? {
    guard document.selections[index].kind == .fragmentSpread, targets[index] >= 0 else { return nil }
    return Int(targets[index])
  }

  /// The type condition of a fragment definition, when it is a composite type of the schema.
  public func typeCondition(ofFragment index: Int) -> TypeID? {
    fragmentTypes[index] >= 0 ? TypeID(Int(fragmentTypes[index])) : nil
  }
}
