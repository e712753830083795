/// Whether literals are the same value as written: names and numbers by their text, objects without regard to order.
struct LiteralEquality {
  private let document: Document

  init(_ document: Document) {
    self.document = document
  }

  /// Whether two argument lists give equal values to equal names.
  func areEqual(arguments left: NodeRange, _ right: NodeRange) -> Bool {
    guard left.count == right.count else { return false }
    if left.isEmpty { return true }
    let first = left.indices.map { document.arguments[$0] }.sorted { $0.name.symbol < $1.name.symbol }
    let second = right.indices.map { document.arguments[$0] }.sorted { $0.name.symbol < $1.name.symbol }
    return zip(first, second).allSatisfy { $0.name.symbol == $1.name.symbol && areEqual($0.value, $1.value) }
  }

  /// Recurses as deep as the parser did, which counted.
  private func areEqual(_ left: Int, _ right: Int) -> Bool {
    let first = document.values[left]
    let second = document.values[right]
    guard first.kind == second.kind else { return false }
    switch first.kind {
    case .null: return true
    case .variable, .enumeration, .boolean: return first.name.symbol == second.name.symbol
    case .int, .float: return bytes(first).elementsEqual(bytes(second))
    case .string:
      return bytes(first).elementsEqual(bytes(second))
        || document.stringBytes(of: first) == document.stringBytes(of: second)
    case .list:
      return first.children.count == second.children.count
        && zip(first.children.indices, second.children.indices).allSatisfy { areEqual($0, $1) }
    case .object:
      guard first.children.count == second.children.count else { return false }
      let members = first.children.indices.map { document.objectFields[$0] }.sorted { $0.name.symbol < $1.name.symbol }
      let others = second.children.indices.map { document.objectFields[$0] }.sorted { $0.name.symbol < $1.name.symbol }
      return zip(members, others).allSatisfy { $0.name.symbol == $1.name.symbol && areEqual($0.value, $1.value) }
    }
  }

  private func bytes(_ value: Document.Value) -> ArraySlice<UInt8> {
    document.source.bytes[Int(value.offset)..<Int(value.end)]
  }
}
