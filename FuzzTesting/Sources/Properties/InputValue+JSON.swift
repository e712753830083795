public import JSON
public import Schema

extension InputValue {
  /// A variable's value as it came in the request. As deep as its document, whose depth was limited when it was parsed.
  public init(_ json: JSONValue) {
    switch json.kind {
    case .null: self = .null
    case .bool: self = .boolean(json.bool ?? false)
    case .string: self = .string(json.string ?? "")
    case .number: self = json.int.map { .int($0) } ?? .number(json.number ?? "0")
    case .array: self = .list(json.elements.map { InputValue($0) })
    case .object: self = .object(InputObject(json))
    }
  }
}

extension InputObject {
  init(_ json: JSONValue) {
    self.init(json.members.map { Member(name: $0.key, value: InputValue($0.value)) })
  }
}
