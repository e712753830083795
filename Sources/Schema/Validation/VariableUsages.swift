/// Where variables are used, by definition.
struct VariableUsages {
  private let ofOperations: [[Int]]
  private let ofFragments: [[Int]]
  let hasAny: Bool

  init(_ document: Document) {
    func usages(_ extent: Document.Extent) -> [Int] {
      extent.values.indices.filter { document.values[$0].kind == .variable }
    }
    ofOperations = document.operations.map { usages($0.extent) }
    ofFragments = document.fragments.map { usages($0.extent) }
    hasAny = ofOperations.contains { !$0.isEmpty } || ofFragments.contains { !$0.isEmpty }
  }

  /// The variable values that an operation reaches, as indices of `document.values`.
  func ofOperation(_ index: Int, _ reach: FragmentReach) -> [Int] {
    let fragments = reach.fragmentsOfOperations[index]
    return fragments.isEmpty
      ? ofOperations[index] : fragments.reduce(into: ofOperations[index]) { $0 += ofFragments[$1] }
  }
}
