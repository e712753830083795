import Schema

/// The values of the Boolean variables that decide which fields an answer has: the shape variables.
struct ShapeFlags: Sendable, Hashable {
  /// By symbol of the variable's name.
  private let values: [UInt32: Bool]

  init(_ values: [UInt32: Bool] = [:]) {
    self.values = values
  }

  /// The value of a Boolean argument that is a literal or a shape variable; absent and null count as false.
  func value(of index: Int, in document: Document) -> Bool {
    let value = document.values[index]
    switch value.kind {
    case .variable: return values[value.name.symbol] ?? false
    case .boolean: return document.source.bytes[Int(value.offset)] == UInt8(ascii: "t")
    default: return false
    }
  }

  /// Names of the shape variables of a document: what `@skip(if:)`, `@include(if:)` and `includeDeprecated:` refer to.
  static func variables(of document: Document) -> [Name] {
    let condition = document.symbol(of: "if")
    let deprecated = document.symbol(of: "includeDeprecated")
    guard condition != nil || deprecated != nil else { return [] }
    var names: [UInt32: Name] = [:]
    for argument in document.arguments where [condition, deprecated].contains(argument.name.symbol) {
      let value = document.values[argument.value]
      if value.kind == .variable { names[value.name.symbol] = value.name }
    }
    return names.values.sorted { $0.symbol < $1.symbol }
  }
}
