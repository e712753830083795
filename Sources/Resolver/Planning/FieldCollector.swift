import Schema

/// CollectFields (spec section 6.3.2) for one document and one choice of its shape variables.
struct FieldCollector {
  /// Selections with one response name, in document order.
  struct CollectedField {
    let name: Name
    var selections: [Int]
  }

  private let schema: GraphQLSchema
  private let document: Document
  private let binding: DocumentBinding
  private let flags: ShapeFlags
  private let skip: UInt32?
  private let include: UInt32?

  init(schema: GraphQLSchema, document: Document, binding: DocumentBinding, flags: ShapeFlags) {
    self.schema = schema
    self.document = document
    self.binding = binding
    self.flags = flags
    skip = document.symbol(of: "skip")
    include = document.symbol(of: "include")
  }

  /// The fields that a value of `type` gets from the selection sets `ranges`, in the order of the answer.
  ///
  /// Iterative: a chain of fragments costs no stack.
  func collect(_ ranges: [NodeRange], on type: TypeID) -> [CollectedField] {
    var collected: [CollectedField] = []
    var positions: [UInt32: Int] = [:]
    var visited: Set<Int> = []
    var pending = ranges.reversed().map { $0.indices }
    while let range = pending.popLast() {
      guard let index = range.first else { continue }
      pending.append(range.dropFirst())
      guard isIncluded(index) else { continue }
      let selection = document.selections[index]
      switch selection.kind {
      case .field:
        let symbol = selection.responseName.symbol
        if let position = positions[symbol] {
          collected[position].selections.append(index)
        } else {
          positions[symbol] = collected.count
          collected.append(CollectedField(name: selection.responseName, selections: [index]))
        }
      case .fragmentSpread:
        guard let fragment = binding.fragment(ofSpread: index, in: document), visited.insert(fragment).inserted,
          applies(binding.typeCondition(ofFragment: fragment), to: type)
        else { continue }
        pending.append(document.fragments[fragment].selections.indices)
      case .inlineFragment:
        guard
          !selection.name.isPresent || applies(binding.typeCondition(ofInlineFragment: index, in: document), to: type)
        else {
          continue
        }
        pending.append(selection.selections.indices)
      }
    }
    return collected
  }

  /// DoesFragmentTypeApply.
  private func applies(_ condition: TypeID?, to type: TypeID) -> Bool {
    guard let condition else { return false }
    return schema.isPossible(type, for: condition)
  }

  private func isIncluded(_ selection: Int) -> Bool {
    for index in document.selections[selection].directives.indices {
      let directive = document.directives[index]
      guard directive.name.symbol == skip || directive.name.symbol == include else { continue }
      let wanted = directive.name.symbol == include
      for argument in directive.arguments.indices
      where flags.value(of: document.arguments[argument].value, in: document) != wanted {
        return false
      }
    }
    return true
  }
}
