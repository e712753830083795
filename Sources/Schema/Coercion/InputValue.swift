/// A constant input value: a literal without variables, a JSON variable value, or the result of coercion.
///
/// Built with a counted depth by everything in this module, so equality, hashing and release recurse no deeper than that.
public enum InputValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case int(Int64)
  /// A number that is not an `Int64`, as its exact JSON text: `1.50`, `1e400`, `92233720368547758080`.
  case number(String)
  case string(String)
  /// The name of an enum value.
  case enumeration(String)
  case list([InputValue])
  case object(InputObject)

  public var isNull: Bool { self == .null }
}

/// The members of an input object in order. Names are unique.
public struct InputObject: Sendable, Hashable {
  public struct Member: Sendable, Hashable {
    public let name: String
    public let value: InputValue

    public init(name: String, value: InputValue) {
      self.name = name
      self.value = value
    }
  }

  public private(set) var members: [Member]

  /// The caller vouches that no name occurs twice.
  public init(_ members: [Member] = []) {
    self.members = members
  }

  public mutating func append(_ name: String, _ value: InputValue) {
    members.append(Member(name: name, value: value))
  }

  /// The value of a member; `nil` when absent, which is not the same as `.null`.
  ///
  /// - Complexity: O(members).
  public subscript(name: String) -> InputValue? {
    members.first { $0.name == name }?.value
  }
}

extension InputValue {
  /// The integer, when it is one.
  public var intValue: Int64? {
    if case .int(let value) = self { value } else { nil }
  }

  /// The text of a string or the name of an enum value.
  public var stringValue: String? {
    switch self {
    case .string(let text), .enumeration(let text): text
    default: nil
    }
  }

  public var booleanValue: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }

  /// The nearest double of an integer or number.
  public var doubleValue: Double? {
    switch self {
    case .int(let value): Double(value)
    case .number(let text): Double(text)
    default: nil
    }
  }

  public var listValue: [InputValue]? {
    if case .list(let items) = self { items } else { nil }
  }

  public var objectValue: InputObject? {
    if case .object(let object) = self { object } else { nil }
  }
}
