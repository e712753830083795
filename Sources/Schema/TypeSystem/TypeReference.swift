/// The kinds of named types. Specification, section 3.4.
public enum TypeKind: UInt8, Sendable, Hashable, CaseIterable {
  case scalar
  case object
  case interface
  case union
  case enumeration
  case inputObject

  /// May be used for variables, arguments and input fields.
  public var isInput: Bool { self == .scalar || self == .enumeration || self == .inputObject }
  /// May be the type of a field.
  public var isOutput: Bool { self != .inputObject }
  /// Has no selection set.
  public var isLeaf: Bool { self == .scalar || self == .enumeration }
  /// Has a selection set.
  public var isComposite: Bool { self == .object || self == .interface || self == .union }
  public var isAbstract: Bool { self == .interface || self == .union }

  /// The value of `__TypeKind`.
  public var introspectionName: String {
    switch self {
    case .scalar: "SCALAR"
    case .object: "OBJECT"
    case .interface: "INTERFACE"
    case .union: "UNION"
    case .enumeration: "ENUM"
    case .inputObject: "INPUT_OBJECT"
    }
  }
}

/// The list and non-null wrappers around a named type, as bits.
///
/// Level 0 is the named type, level `listDepth` the outermost list. `[Int!]!` has depth 1 and non-null bits at both levels.
public struct TypeWrappers: Sendable, Hashable {
  /// Lists deeper than this are refused by the parser.
  public static let maxListDepth = 26

  /// Depth in the upper five bits, one non-null bit per level below.
  @usableFromInline
  let bits: UInt32

  @usableFromInline
  init(bits: UInt32) {
    self.bits = bits
  }

  /// A bare, nullable named type.
  public static let none = TypeWrappers(bits: 0)

  @inlinable
  public var listDepth: Int { Int(bits >> 27) }

  @inlinable
  public var isList: Bool { bits >> 27 != 0 }

  @inlinable
  public var isNonNull: Bool { (bits >> (bits >> 27)) & 1 != 0 }

  /// Without the outermost `!`.
  @inlinable
  public var nullable: TypeWrappers { TypeWrappers(bits: bits & ~(1 << (bits >> 27))) }

  /// With an outermost `!`.
  @inlinable
  public var nonNull: TypeWrappers { TypeWrappers(bits: bits | (1 << (bits >> 27))) }

  /// Inside the outermost list (whose own `!` is dropped). Must be a list.
  @inlinable
  public var item: TypeWrappers {
    precondition(isList)
    return TypeWrappers(bits: nullable.bits - (1 << 27))
  }

  /// As item of a nullable list. The depth must be below `maxListDepth`.
  @inlinable
  public var list: TypeWrappers {
    precondition(listDepth < Self.maxListDepth)
    return TypeWrappers(bits: bits + (1 << 27))
  }
}

/// A type as fields, arguments and variables use it: a named type and its wrappers. Eight bytes, no references.
public struct TypeReference: Sendable, Hashable {
  public let named: TypeID
  public let wrappers: TypeWrappers

  @inlinable
  public init(_ named: TypeID, _ wrappers: TypeWrappers = .none) {
    self.named = named
    self.wrappers = wrappers
  }

  /// Wrapped in `!`.
  @inlinable
  public var isNonNull: Bool { wrappers.isNonNull }

  /// A list, apart from `!`.
  @inlinable
  public var isList: Bool { wrappers.isList }

  /// The same without an outermost `!`.
  @inlinable
  public var nullable: TypeReference { TypeReference(named, wrappers.nullable) }

  @inlinable
  public var nonNull: TypeReference { TypeReference(named, wrappers.nonNull) }

  /// The item type of a list. Must be a list.
  @inlinable
  public var item: TypeReference { TypeReference(named, wrappers.item) }

  @inlinable
  public var list: TypeReference { TypeReference(named, wrappers.list) }
}

/// A named type of a schema: a dense index.
public struct TypeID: Sendable, Hashable, Comparable {
  public let index: Int32

  @inlinable
  public init(_ index: Int) {
    self.index = Int32(truncatingIfNeeded: index)
  }

  @inlinable
  public static func < (left: TypeID, right: TypeID) -> Bool { left.index < right.index }
}

/// An output field of a schema: a dense index over all object and interface types. One id per (type, field).
public struct FieldID: Sendable, Hashable, Comparable {
  public let index: Int32

  @inlinable
  public init(_ index: Int) {
    self.index = Int32(truncatingIfNeeded: index)
  }

  @inlinable
  public static func < (left: FieldID, right: FieldID) -> Bool { left.index < right.index }
}
