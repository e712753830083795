/// Which fragments each operation uses, directly or through others.
struct FragmentReach {
  /// For each fragment: the spread selections in it.
  private let spreadsOfFragments: [[Int]]
  /// For each operation: the fragments it reaches, in order of discovery.
  let fragmentsOfOperations: [[Int]]

  /// Every fragment after those that it spreads; inside a cycle the order is arbitrary.
  let dependencyOrder: [Int]

  init(_ document: Document, _ binding: DocumentBinding) {
    func spreads(_ extent: Document.Extent) -> [Int] {
      extent.selections.indices.filter { document.selections[$0].kind == .fragmentSpread }
    }
    let spreadsOfFragments = document.fragments.map { spreads($0.extent) }
    self.spreadsOfFragments = spreadsOfFragments
    dependencyOrder = Self.dependencyOrder(spreadsOfFragments, document, binding)
    var seen = [Int32](repeating: -1, count: document.fragments.count)
    fragmentsOfOperations = document.operations.enumerated().map { index, operation in
      guard !document.fragments.isEmpty else { return [] }
      var found: [Int] = []
      func visit(_ selections: [Int]) {
        for selection in selections {
          guard let fragment = binding.fragment(ofSpread: selection, in: document), seen[fragment] != Int32(index)
          else {
            continue
          }
          seen[fragment] = Int32(index)
          found.append(fragment)
        }
      }
      visit(spreads(operation.extent))
      var next = 0
      while next < found.count {
        visit(spreadsOfFragments[found[next]])
        next += 1
      }
      return found
    }
  }

  /// Depth-first, with a stack of its own.
  private static func dependencyOrder(
    _ spreads: [[Int]],
    _ document: Document,
    _ binding: DocumentBinding
  ) -> [Int] {
    var order: [Int] = []
    var isSeen = [Bool](repeating: false, count: spreads.count)
    for root in spreads.indices where !isSeen[root] {
      isSeen[root] = true
      var stack: [(fragment: Int, next: Int)] = [(root, 0)]
      while let (fragment, next) = stack.last {
        guard next < spreads[fragment].count else {
          order.append(fragment)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        if let target = binding.fragment(ofSpread: spreads[fragment][next], in: document), !isSeen[target] {
          isSeen[target] = true
          stack.append((target, 0))
        }
      }
    }
    return order
  }

  /// The spread selections inside a fragment.
  func spreads(inFragment index: Int) -> [Int] { spreadsOfFragments[index] }
}
