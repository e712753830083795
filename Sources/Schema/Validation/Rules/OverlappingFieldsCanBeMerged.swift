/// Section 5.3.2: fields with one response name can be merged.
///
/// graphql-js compares pairs of fields, which is quadratic. Here fields of one response name are grouped and each is compared
/// with the first of its group, because "same shape" and "same name and arguments" are equivalences; the selection sets of a
/// group then form one merged set that is looked at later (Simon Adameit's algorithm, as sangria and graphql-java use it).
/// A merged set is known by the selection sets it consists of, and looked at once.
enum OverlappingFieldsCanBeMerged {
  static func check(_ context: inout ValidationContext) {
    var search = ConflictSearch(context)
    search.run(&context)
  }
}

/// Selection sets that execution would merge into one.
private struct MergedSet {
  struct Part {
    /// The field whose selection set it is; -1 for an operation's or fragment's own.
    let owner: Int32
    let selections: NodeRange
    /// The part of the parent set that the owner stands in.
    let parentPart: Int32
  }

  let parts: [Part]
  /// Index of the merged set that the owners stand in, or -1.
  let parent: Int32
  /// The fields' parents exclude each other, so only the shapes of answers must agree.
  let isShapeOnly: Bool
}

/// A field found in a merged set.
private struct FoundField {
  let selection: Int
  let symbol: UInt32
  /// The part of the merged set that leads to it.
  let part: Int32
}

private struct MergedSetKey: Hashable {
  let owners: [Int32]
  let isShapeOnly: Bool
}

private struct FieldPair: Hashable {
  let left: Int
  let right: Int
}

/// A work list of merged sets; nothing recurses.
private struct ConflictSearch {
  /// Selections looked at, over all merged sets, before the document counts as too complex and is refused.
  ///
  /// Each selection is looked at once for each distinct merged set that it is part of, so only documents that combine the same
  /// fragments in ever other ways come near. What people and their tools write does not: 2,000 fields in panels that share
  /// fragments take 3,600, sixty components that ask for the same four levels 10,800, two hundred times a hundred inline
  /// fragments with a field each 100,200 (`HostileDocumentTests`).
  private static let workLimit = 150_000

  private let document: Document
  private let schema: GraphQLSchema
  private let binding: DocumentBinding
  private var work = 0
  private var sets: [MergedSet] = []
  private var knownSets: Set<MergedSetKey> = []
  /// Selection sets looked at alone, by owner.
  private var isKnownAlone: [Bool]
  private var reported: Set<FieldPair> = []
  private var visitedFragments: SymbolMarks

  init(_ context: ValidationContext) {
    document = context.document
    schema = context.schema
    binding = context.binding
    isKnownAlone = [Bool](repeating: false, count: document.selections.count)
    visitedFragments = SymbolMarks(symbolCount: document.symbols.count)
  }

  mutating func run(_ context: inout ValidationContext) {
    for operation in document.operations { addRoot(operation.selections) }
    for fragment in document.fragments { addRoot(fragment.selections) }
    var next = 0
    while next < sets.count, !context.isFull {
      let fields = collect(sets[next])
      guard work <= Self.workLimit else {
        reportTooComplex(fields, &context)
        return
      }
      examine(fields, of: next, &context)
      next += 1
    }
  }

  private mutating func addRoot(_ selections: NodeRange) {
    let part = MergedSet.Part(owner: -1, selections: selections, parentPart: -1)
    sets.append(MergedSet(parts: [part], parent: -1, isShapeOnly: false))
  }

  /// The fields of a merged set by response name, in source order; each fragment is written out once. Counts as work, by
  /// selections: thousands of operations may share fragments that hold no field at all.
  private mutating func collect(_ set: MergedSet) -> [FoundField] {
    visitedFragments.removeAll()
    var fields: [FoundField] = []
    var stack: [Range<Int>] = []
    for (part, entry) in set.parts.enumerated() {
      stack.append(entry.selections.indices)
      while let range = stack.popLast() {
        guard let index = range.first else { continue }
        stack.append(range.dropFirst())
        work += 1
        let selection = document.selections[index]
        switch selection.kind {
        case .field:
          let symbol = selection.responseName.symbol
          fields.append(FoundField(selection: index, symbol: symbol, part: Int32(part)))
        case .inlineFragment: stack.append(selection.selections.indices)
        case .fragmentSpread:
          guard visitedFragments[selection.name.symbol] == nil else { continue }
          visitedFragments[selection.name.symbol] = 1
          if let fragment = binding.fragment(ofSpread: index, in: document) {
            stack.append(document.fragments[fragment].selections.indices)
          }
        }
      }
    }
    let order = fields.indices.sorted { (fields[$0].symbol, $0) < (fields[$1].symbol, $1) }
    return order.map { fields[$0] }
  }

  /// Looks at each group of equal response names.
  private mutating func examine(_ fields: [FoundField], of set: Int, _ context: inout ValidationContext) {
    var start = 0
    while start < fields.count {
      var end = start + 1
      while end < fields.count, fields[end].symbol == fields[start].symbol { end += 1 }
      if end - start > 1 {
        examineGroup(Array(fields[start..<end]), of: set, &context)
      } else if !sets[set].isShapeOnly {
        addChildren([fields[start]], of: set, isShapeOnly: false)
      }
      start = end
    }
  }

  private mutating func examineGroup(_ group: [FoundField], of set: Int, _ context: inout ValidationContext) {
    if sets[set].isShapeOnly {
      let agreeing = agreeing(group, of: set, &context) { $0.shapeConflict($1, $2) }
      addChildren(agreeing, of: set, isShapeOnly: true)
      return
    }
    let classes = partition(group)
    for members in classes {
      work += members.count
      let agreeing = agreeing(members, of: set, &context) { $0.mergeConflict($1, $2) }
      addChildren(agreeing, of: set, isShapeOnly: false)
    }
    if classes.count > 1 {
      let agreeing = agreeing(group, of: set, &context) { $0.shapeConflict($1, $2) }
      addChildren(agreeing, of: set, isShapeOnly: true)
    }
  }

  /// Fields that can meet in one object: those on each object type, with those on abstract types.
  private func partition(_ group: [FoundField]) -> [[FoundField]] {
    var abstract: [FoundField] = []
    var objects: [Int32: [FoundField]] = [:]
    for field in group {
      let parent = binding.parents[field.selection]
      if parent >= 0, schema.types[Int(parent)].kind == .object {
        objects[parent, default: []].append(field)
      } else {
        abstract.append(field)
      }
    }
    if objects.count <= 1 { return [group] }
    return objects.sorted { $0.key < $1.key }.map { abstract + $0.value }
  }

  /// Compares each field with the first; reports those that disagree and returns the rest.
  private mutating func agreeing(
    _ group: [FoundField],
    of set: Int,
    _ context: inout ValidationContext,
    _ conflict: (ConflictSearch, Int, Int) -> String?
  ) -> [FoundField] {
    guard let first = group.first(where: { binding.fields[$0.selection] >= 0 }) ?? group.first else { return [] }
    return group.filter { field in
      guard field.selection != first.selection,
        let reason = conflict(self, first.selection, field.selection)
      else { return true }
      report(first, field, reason, set, &context)
      return false
    }
  }

  private mutating func addChildren(_ group: [FoundField], of set: Int, isShapeOnly: Bool) {
    var parts: [MergedSet.Part] = []
    for field in group where document.selections[field.selection].hasSelectionSet {
      parts.append(
        MergedSet.Part(
          owner: Int32(field.selection),
          selections: document.selections[field.selection].selections,
          parentPart: field.part
        )
      )
    }
    if let only = parts.first, parts.count == 1 {
      guard !isShapeOnly, !isKnownAlone[Int(only.owner)] else { return }
      isKnownAlone[Int(only.owner)] = true
    } else {
      guard !parts.isEmpty else { return }
      let key = MergedSetKey(owners: parts.map(\.owner).sorted(), isShapeOnly: isShapeOnly)
      guard knownSets.insert(key).inserted else { return }
    }
    sets.append(MergedSet(parts: parts, parent: Int32(set), isShapeOnly: isShapeOnly))
  }
}

// MARK: Comparing

extension ConflictSearch {
  /// Why two fields of one object cannot be merged.
  private func mergeConflict(_ left: Int, _ right: Int) -> String? {
    let first = document.selections[left]
    let second = document.selections[right]
    if first.name.symbol != second.name.symbol {
      let names = (document.text(of: first.name).excerpted, document.text(of: second.name).excerpted)
      return "\"\(names.0)\" and \"\(names.1)\" are different fields"
    }
    if !LiteralEquality(document).areEqual(arguments: first.arguments, second.arguments) {
      return "they have differing arguments"
    }
    return shapeConflict(left, right)
  }

  /// SameResponseShape: why two fields cannot share a place in the answer.
  private func shapeConflict(_ left: Int, _ right: Int) -> String? {
    guard let first = binding.field(ofSelection: left), let second = binding.field(ofSelection: right) else {
      return nil
    }
    let types = (schema.fields[Int(first.index)].type, schema.fields[Int(second.index)].type)
    guard types.0 != types.1, haveDifferentShapes(types.0, types.1) else { return nil }
    return "they return conflicting types \"\(schema.text(of: types.0))\" and \"\(schema.text(of: types.1))\""
  }

  private func haveDifferentShapes(_ left: TypeReference, _ right: TypeReference) -> Bool {
    if left.wrappers != right.wrappers { return true }
    let isLeaf = schema.types[Int(left.named.index)].kind.isLeaf || schema.types[Int(right.named.index)].kind.isLeaf
    return isLeaf && left.named != right.named
  }
}

// MARK: Reporting

extension ConflictSearch {
  private mutating func report(
    _ left: FoundField,
    _ right: FoundField,
    _ reason: String,
    _ set: Int,
    _ context: inout ValidationContext
  ) {
    let pair = FieldPair(left: min(left.selection, right.selection), right: max(left.selection, right.selection))
    guard reported.insert(pair).inserted, !context.isFull else { return }
    var chains = (left: [left.selection], right: [right.selection])
    var reason = reason
    var name = document.selections[left.selection].responseName
    var parts = (left: left.part, right: right.part)
    var current = set
    // Upwards to the selection set that both come from.
    while parts.left != parts.right, chains.left.count < 20 {
      let merged = sets[current]
      let owners = (left: merged.parts[Int(parts.left)], right: merged.parts[Int(parts.right)])
      chains.left.append(Int(owners.left.owner))
      chains.right.append(Int(owners.right.owner))
      reason = "subfields \"\(context.text(name))\" conflict because \(reason)"
      name = document.selections[Int(owners.left.owner)].responseName
      parts = (owners.left.parentPart, owners.right.parentPart)
      current = Int(merged.parent)
    }
    let chain = Array(chains.left.reversed()) + chains.right.reversed()
    context.report(
      "Fields \"\(context.text(name))\" conflict because \(reason). "
        + "Use different aliases on the fields to fetch both if this was intentional.",
      chain.map { document.selections[$0].offset },
      "OverlappingFieldsCanBeMerged"
    )
  }

  private func reportTooComplex(_ fields: [FoundField], _ context: inout ValidationContext) {
    context.report(
      "Selections overlap in too many ways to be checked.",
      fields.first.map { [document.selections[$0.selection].offset] } ?? [],
      "OverlappingFieldsCanBeMerged",
      code: .fieldLimitExceeded
    )
  }
}
