/// Section 5.2.4.1: a subscription selects one root field, which is no introspection field and stands under no condition.
enum SingleFieldSubscriptions {
  static func check(_ context: inout ValidationContext) {
    guard let root = context.schema.subscriptionType else { return }
    for operation in context.document.operations where operation.kind == .subscription {
      var collector = RootFieldCollector(context, root)
      collector.collect(operation.selections)
      report(&context, operation, collector)
    }
  }

  private static func report(
    _ context: inout ValidationContext,
    _ operation: Document.Operation,
    _ found: RootFieldCollector
  ) {
    let document = context.document
    let name = operation.name.isPresent ? "Subscription \"\(context.text(operation.name))\"" : "Anonymous Subscription"
    func offsets(_ selections: [Int]) -> [UInt32] { selections.map { document.selections[$0].offset } }
    if !found.conditions.isEmpty {
      context.report(
        "\(name) must not use `@skip` or `@include` directives in the top level selection.",
        found.conditions.map { document.directives[$0].offset },
        "SingleFieldSubscriptions"
      )
    }
    if found.groups.count > 1 {
      context.report(
        "\(name) must select only one top level field.",
        offsets(found.groups.dropFirst().flatMap(\.self)),
        "SingleFieldSubscriptions"
      )
    }
    for group in found.groups {
      guard let first = group.first else { continue }
      let field = document.selections[first].name
      if document.bytes(of: field).starts(with: "__".utf8) {
        context.report(
          "\(name) must not select an introspection top level field.",
          offsets(group),
          "SingleFieldSubscriptions"
        )
      }
    }
  }
}

/// CollectFields (section 6.3.2) for a root selection set, without variables.
private struct RootFieldCollector {
  private let document: Document
  private let schema: GraphQLSchema
  private let binding: DocumentBinding
  private let root: TypeID
  private var positions: SymbolMarks
  private var visited: Set<Int> = []
  /// Field selections by response name.
  private(set) var groups: [[Int]] = []
  /// `@skip` and `@include` directives.
  private(set) var conditions: [Int] = []

  init(_ context: ValidationContext, _ root: TypeID) {
    document = context.document
    schema = context.schema
    binding = context.binding
    self.root = root
    positions = SymbolMarks(symbolCount: document.symbols.count)
  }

  mutating func collect(_ selections: NodeRange) {
    // The top of the stack is the range under way.
    var stack = [selections.indices]
    while let range = stack.popLast() {
      guard let index = range.first else { continue }
      stack.append(range.dropFirst())
      let selection = document.selections[index]
      collectConditions(selection)
      switch selection.kind {
      case .field: add(index, selection)
      case .inlineFragment:
        let condition = binding.typeCondition(ofInlineFragment: index, in: document)
        if applies(condition) || !selection.name.isPresent { stack.append(selection.selections.indices) }
      case .fragmentSpread:
        guard let fragment = binding.fragment(ofSpread: index, in: document), visited.insert(fragment).inserted,
          applies(binding.typeCondition(ofFragment: fragment))
        else { continue }
        stack.append(document.fragments[fragment].selections.indices)
      }
    }
  }

  private func applies(_ condition: TypeID?) -> Bool {
    condition.map { $0 == root || schema.isPossible(root, for: $0) } ?? false
  }

  private mutating func add(_ index: Int, _ selection: Document.Selection) {
    let symbol = selection.responseName.symbol
    if let position = positions[symbol] {
      groups[position].append(index)
    } else {
      positions[symbol] = groups.count
      groups.append([index])
    }
  }

  private mutating func collectConditions(_ selection: Document.Selection) {
    for index in selection.directives.indices {
      let name = document.bytes(of: document.directives[index].name)
      if name.elementsEqual("skip".utf8) || name.elementsEqual("include".utf8) { conditions.append(index) }
    }
  }
}
