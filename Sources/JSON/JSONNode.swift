/// What kind of value a node of a ``JSONDocument`` is.
@frozen
public enum JSONKind: UInt8, Sendable, Hashable {
  case null
  case bool
  case number
  case string
  case array
  case object
}

/// One value of a ``JSONDocument``: where its text stands and where the next value begins.
///
/// Nodes stand in document order, so the children of the container at index `i` are `i + 1`, then each child's `next`,
/// until the container's own `next`. A member of an object carries the place of its key.
@frozen
public struct JSONNode: Sendable {
  public var kind: JSONKind
  /// The string holds at least one escape.
  @usableFromInline var isEscaped: Bool
  @usableFromInline var isKeyEscaped: Bool
  /// How many containers enclose the value, modulo 256.
  @usableFromInline var depth: UInt8
  /// The key's first byte after its quote; `keyStart == keyEnd == 0` for elements and the root.
  @usableFromInline var keyStart: UInt32
  @usableFromInline var keyEnd: UInt32
  /// The value's text, quotes and brackets included.
  @usableFromInline var start: UInt32
  @usableFromInline var end: UInt32
  /// Index of the first node that is not part of this value.
  @usableFromInline var next: UInt32
}
