/// Measures operations: every selection is looked at once, fragments are measured once and then counted where they are
/// spread, so fragments that multiply cost nothing to measure.
///
/// Cost follows "GraphQL cost directives" (IBM, 2021): a field weighs `@cost(weight:)`, or else 1 when it returns a composite
/// type and 0 when it returns a leaf; what is selected below a list counts as often as the list may be long. The
/// length is the argument that `@listSize(slicingArguments:)` names, else its `assumedSize`, else `assumedListSize`.
public struct QueryMeasurement {
  /// Sums stop here.
  static let ceiling = 1 << 40
  /// The length of a list about which nothing is known.
  public static let assumedListSize = 10

  private struct Weight {
    var depth = 0
    var fields = 0
    var cost = 0
  }

  private let document: Document
  private let schema: GraphQLSchema
  private let binding: DocumentBinding
  private let reach: FragmentReach
  private let variables: VariableValues
  /// By selection: itself and all below.
  private var weights: [Weight]
  private var fragmentWeights: [Weight]

  /// Measures all fragments of a valid document.
  ///
  /// - Parameter variables: give list sizes exactly where they are known; without, defaults and the largest bound count.
  /// - Complexity: O(document).
  public init(
    _ document: Document,
    _ schema: GraphQLSchema,
    _ binding: DocumentBinding,
    variables: VariableValues = .none
  ) {
    self.document = document
    self.schema = schema
    self.binding = binding
    self.variables = variables
    reach = FragmentReach(document, binding)
    weights = [Weight](repeating: Weight(), count: document.selections.count)
    fragmentWeights = [Weight](repeating: Weight(), count: document.fragments.count)
    for index in reach.dependencyOrder {
      measure(document.fragments[index].extent.selections)
      fragmentWeights[index] = sum(document.fragments[index].selections)
    }
  }

  /// One operation, as index of `document.operations`.
  public mutating func measure(operation index: Int) -> QueryMeasure {
    let operation = document.operations[index]
    measure(operation.extent.selections)
    let total = sum(operation.selections)
    let fragments = reach.fragmentsOfOperations[index]
    let extents = [operation.extent] + fragments.map { document.fragments[$0].extent }
    return QueryMeasure(
      depth: total.depth,
      aliases: extents.reduce(0) { $0 + aliases(in: $1) },
      rootFields: rootFields(operation.selections),
      directives: extents.reduce(0) { $0 + $1.directives.count },
      fields: total.fields,
      cost: total.cost
    )
  }

  private func aliases(in extent: Document.Extent) -> Int {
    extent.selections.indices.count { document.selections[$0].alias.isPresent }
  }

  /// Children stand before their parents.
  private mutating func measure(_ range: NodeRange) {
    for index in range.indices { weights[index] = weigh(index) }
  }

  private func weigh(_ index: Int) -> Weight {
    let selection = document.selections[index]
    switch selection.kind {
    case .inlineFragment: return sum(selection.selections)
    case .fragmentSpread: return binding.fragment(ofSpread: index, in: document).map { fragmentWeights[$0] } ?? Weight()
    case .field:
      let below = sum(selection.selections)
      guard let field = binding.field(ofSelection: index) else {
        return Weight(depth: below.depth + 1, fields: capped(below.fields + 1), cost: below.cost)
      }
      let definition = schema.fields[Int(field.index)]
      let own = definition.cost ?? (schema.types[Int(definition.type.named.index)].kind.isComposite ? 1 : 0)
      let length = definition.type.isList ? listSize(definition, selection) : 1
      let cost = capped((own + below.cost).multipliedCapped(by: length))
      return Weight(depth: below.depth + 1, fields: capped(below.fields + 1), cost: cost)
    }
  }

  private func sum(_ range: NodeRange) -> Weight {
    var total = Weight()
    for index in range.indices {
      total.depth = max(total.depth, weights[index].depth)
      total.fields = capped(total.fields + weights[index].fields)
      total.cost = capped(total.cost + weights[index].cost)
    }
    return total
  }

  private func capped(_ value: Int) -> Int { min(value, Self.ceiling) }

  private func rootFields(_ selections: NodeRange) -> Int {
    var count = 0
    var seen: Set<Int> = []
    var stack = [selections.indices]
    while let range = stack.popLast() {
      guard let index = range.first else { continue }
      stack.append(range.dropFirst())
      let selection = document.selections[index]
      switch selection.kind {
      case .field: count += 1
      case .inlineFragment: stack.append(selection.selections.indices)
      case .fragmentSpread:
        guard let fragment = binding.fragment(ofSpread: index, in: document), seen.insert(fragment).inserted else {
          continue
        }
        stack.append(document.fragments[fragment].selections.indices)
      }
    }
    return count
  }

  private func listSize(_ field: FieldDefinition, _ selection: Document.Selection) -> Int {
    guard let directive = field.directive("listSize") else { return Self.assumedListSize }
    for name in directive["slicingArguments"]?.listValue ?? [] {
      guard let name = name.stringValue, let position = field.argumentIndex(name) else { continue }
      if let size = size(field.arguments[position], document.argument(name, in: selection.arguments)) { return size }
    }
    return Int(clamping: directive["assumedSize"]?.intValue ?? Int64(Self.assumedListSize))
  }

  /// A slicing argument's value: as given, else its default; an unknown variable counts as the upper bound.
  private func size(_ argument: InputValueDefinition, _ literal: Int?) -> Int? {
    guard let literal else { return argument.defaultValue?.intValue.map { Int(clamping: max(0, $0)) } }
    let value = document.values[literal]
    if value.kind == .variable {
      let known = variables[value.name]?.intValue ?? argument.bounds?.upperBound ?? argument.defaultValue?.intValue
      return known.map { Int(clamping: max(0, $0)) }
    }
    return Int(document.sourceText(of: value)).map { max(0, $0) }
  }
}

extension FieldDefinition {
  /// `@cost(weight:)`, an integer or a string with one.
  fileprivate var cost: Int? {
    guard let weight = directive("cost")?["weight"] else { return nil }
    if let value = weight.intValue { return Int(clamping: max(0, value)) }
    return weight.stringValue.flatMap { Double($0) }.flatMap { $0 >= 0 && $0 < 1e9 ? Int($0.rounded(.up)) : nil }
  }
}

extension Int {
  fileprivate func multipliedCapped(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? QueryMeasurement.ceiling : product
  }
}
