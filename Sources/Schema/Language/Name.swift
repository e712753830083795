/// A name in a document: where it stands, and which of the document's distinct names it is.
///
/// Two names of one document are equal texts exactly when their symbols are equal, so rules compare integers.
/// Specification, section 2.1.9.
public struct Name: Sendable, Hashable, BitwiseCopyable {
  /// Byte offset of this occurrence.
  public let offset: UInt32
  /// Index into `Document.symbols`; `UInt32.max` for an absent name.
  public let symbol: UInt32

  @inlinable
  public init(offset: UInt32, symbol: UInt32) {
    self.offset = offset
    self.symbol = symbol
  }

  /// Stands for an optional name that is not there.
  public static let none = Name(offset: 0, symbol: .max)

  @inlinable
  public var isPresent: Bool { symbol != .max }
}

/// The bytes of one distinct name, at its first occurrence.
public struct Symbol: Sendable, Hashable, BitwiseCopyable {
  public let offset: UInt32
  public let length: UInt32

  @inlinable
  public init(offset: UInt32, length: UInt32) {
    self.offset = offset
    self.length = length
  }
}

/// A run of neighbouring nodes in one of the document's arrays.
public struct NodeRange: Sendable, Hashable, BitwiseCopyable {
  public let start: UInt32
  public let end: UInt32

  @inlinable
  public init(start: Int, end: Int) {
    self.start = UInt32(truncatingIfNeeded: start)
    self.end = UInt32(truncatingIfNeeded: end)
  }

  init(start: UInt32, end: UInt32) {
    self.start = start
    self.end = end
  }

  public static let empty = NodeRange(start: 0 as UInt32, end: 0)

  @inlinable
  public var isEmpty: Bool { start == end }

  @inlinable
  public var count: Int { Int(end - start) }

  /// Positions in the array that the range belongs to.
  @inlinable
  public var indices: Range<Int> { Int(start)..<Int(end) }
}
