/// Not in the specification: lists of `__Type` nest less than three deep, or answers grow with the cube of the schema.
enum MaxIntrospectionDepth {
  private static let limit = 3

  static func check(_ context: inout ValidationContext) {
    let document = context.document
    let roots = document.selections.indices.filter { index in
      guard document.selections[index].kind == .field else { return false }
      let name = document.bytes(of: document.selections[index].name)
      return name.elementsEqual("__schema".utf8) || name.elementsEqual("__type".utf8)
    }
    guard !roots.isEmpty else { return }
    let depths = ListDepths(context)
    for root in roots where depths.below(root) >= limit {
      context.report(
        "Maximum introspection depth exceeded",
        [document.selections[root].offset],
        "MaxIntrospectionDepth"
      )
    }
  }
}

/// How deep lists of introspection nest below each selection, fragments included.
private struct ListDepths {
  private var depths: [Int]
  private var ofFragments: [Int]

  init(_ context: ValidationContext) {
    depths = [Int](repeating: 0, count: context.document.selections.count)
    ofFragments = [Int](repeating: 0, count: context.document.fragments.count)
    for index in context.reach.dependencyOrder {
      let fragment = context.document.fragments[index]
      measure(fragment.extent.selections, context)
      ofFragments[index] = deepest(fragment.selections)
    }
    for operation in context.document.operations { measure(operation.extent.selections, context) }
  }

  /// Children stand before their parents.
  private mutating func measure(_ range: NodeRange, _ context: ValidationContext) {
    for index in range.indices {
      let selection = context.document.selections[index]
      var depth = deepest(selection.selections)
      if let fragment = context.binding.fragment(ofSpread: index, in: context.document) {
        depth = ofFragments[fragment]
      }
      if selection.kind == .field, Self.isList(context.document.bytes(of: selection.name)) { depth += 1 }
      depths[index] = depth
    }
  }

  private func deepest(_ range: NodeRange) -> Int { range.indices.reduce(0) { max($0, depths[$1]) } }

  func below(_ selection: Int) -> Int { depths[selection] }

  private static func isList(_ name: ArraySlice<UInt8>) -> Bool {
    switch name.count {
    case 6: name.elementsEqual("fields".utf8)
    case 10: name.elementsEqual("interfaces".utf8)
    case 11: name.elementsEqual("inputFields".utf8)
    case 13: name.elementsEqual("possibleTypes".utf8)
    default: false
    }
  }
}
