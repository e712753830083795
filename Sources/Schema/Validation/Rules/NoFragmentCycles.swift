/// Section 5.5.2.2: no fragment contains itself.
enum NoFragmentCycles {
  static func check(_ context: inout ValidationContext) {
    guard !context.document.fragments.isEmpty else { return }
    var search = CycleSearch(context)
    for fragment in context.document.fragments.indices { search.visit(fragment, &context) }
  }
}

/// Depth-first search over spreads with a stack of its own; each fragment is entered once.
private struct CycleSearch {
  private struct Frame {
    let fragment: Int
    var next = 0
  }

  private let document: Document
  private let binding: DocumentBinding
  private let reach: FragmentReach
  private var isVisited: [Bool]
  /// Depth of a fragment on the stack, or -1.
  private var depths: [Int32]
  private var stack: [Frame] = []
  /// The spread through which each frame but the first was entered.
  private var path: [Int] = []

  init(_ context: ValidationContext) {
    document = context.document
    binding = context.binding
    reach = context.reach
    isVisited = [Bool](repeating: false, count: document.fragments.count)
    depths = [Int32](repeating: -1, count: document.fragments.count)
  }

  mutating func visit(_ root: Int, _ context: inout ValidationContext) {
    guard !isVisited[root] else { return }
    enter(root)
    while let frame = stack.last, !context.isFull {
      let spreads = reach.spreads(inFragment: frame.fragment)
      guard frame.next < spreads.count else {
        leave()
        continue
      }
      stack[stack.count - 1].next += 1
      let spread = spreads[frame.next]
      guard let target = binding.fragment(ofSpread: spread, in: document) else { continue }
      if depths[target] >= 0 {
        report(Array(path[Int(depths[target])...]) + [spread], &context)
      } else if !isVisited[target] {
        path.append(spread)
        enter(target)
      }
    }
  }

  private mutating func enter(_ fragment: Int) {
    isVisited[fragment] = true
    depths[fragment] = Int32(stack.count)
    stack.append(Frame(fragment: fragment))
  }

  private mutating func leave() {
    guard let frame = stack.popLast() else { return }
    depths[frame.fragment] = -1
    if !path.isEmpty { path.removeLast() }
  }

  /// `cycle` ends with the spread that closes it.
  private func report(_ cycle: [Int], _ context: inout ValidationContext) {
    guard let last = cycle.last else { return }
    let via = cycle.dropLast().prefix(20).map { "\"\(context.text(document.selections[$0].name))\"" }
    let tail = via.isEmpty ? "." : " via \(via.joined(separator: ", "))."
    context.report(
      "Cannot spread fragment \"\(context.text(document.selections[last].name))\" within itself\(tail)",
      cycle.prefix(50).map { document.selections[$0].offset },
      "NoFragmentCycles"
    )
  }
}
