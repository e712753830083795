/// One value of a document: a view that keeps the document alive and copies nothing.
public struct JSONValue: Sendable {
  public let document: JSONDocument
  /// Index of the value's node in ``JSONDocument/nodes``.
  public let index: Int

  public init(document: JSONDocument, index: Int) {
    self.document = document
    self.index = document.target(of: index)
  }

  public var kind: JSONKind { document.nodes[index].kind }
  public var isNull: Bool { kind == .null }

  /// The member with this key; nil when the value is no object or has no such member. Linear in the members.
  public subscript(key: String) -> JSONValue? {
    guard kind == .object, let member = document.member(Array(key.utf8)[...], of: index) else { return nil }
    return JSONValue(document: document, index: member)
  }

  /// The value's JSON text as it stands in the document.
  public var text: ArraySlice<UInt8> { document.bytes[document.range(of: index)] }

  /// True or false; nil when the value is no boolean.
  public var bool: Bool? {
    guard kind == .bool else { return nil }
    return document.bytes[document.range(of: index).lowerBound] == UInt8(ascii: "t")
  }

  /// The string, unescaped; nil when the value is no string.
  public var string: String? {
    guard kind == .string else { return nil }
    let inner = document.range(of: index)
    let slice = document.bytes[inner.lowerBound + 1..<inner.upperBound - 1]
    return document.nodes[index].isEscaped ? JSONText.unescape(slice) : String(decoding: slice, as: UTF8.self)
  }

  /// The number's digits, exactly as written; nil when the value is no number.
  public var number: String? {
    kind == .number ? String(decoding: text, as: UTF8.self) : nil
  }

  /// The number as an integer; nil when it is no number, has a fraction or an exponent, or does not fit in 64 bits.
  public var int: Int64? { number.flatMap { Int64($0) } }

  /// The nearest binary float; nil when the value is no number.
  public var double: Double? { number.flatMap { Double($0) } }

  /// The elements of an array in order; empty when the value is no array.
  public var elements: [JSONValue] {
    guard kind == .array else { return [] }
    return childIndices.map { JSONValue(document: document, index: $0) }
  }

  /// The members of an object in order; empty when the value is no object.
  public var members: [(key: String, value: JSONValue)] {
    guard kind == .object else { return [] }
    return childIndices.map { (document.key(at: $0), JSONValue(document: document, index: $0)) }
  }

  private var childIndices: [Int] {
    var indices: [Int] = []
    var child = index + 1
    let end = document.next(after: index)
    while child < end {
      indices.append(child)
      child = document.next(after: child)
    }
    return indices
  }
}
