/// A parsed JSON text: its bytes, and one flat array of nodes that point into them.
///
/// Nothing is copied or unescaped before it is asked for, so a value of a cached document can be spliced into a
/// response as the bytes it already is. Immutable, and safe to share.
public final class JSONDocument: Sendable {
  /// The whole text as it was given.
  public let bytes: [UInt8]
  /// All values in document order; the root is at index 0.
  public let nodes: [JSONNode]
  /// For each node that stands for another one, the index of that other one. Empty in a parsed document.
  @usableFromInline let links: [Int: Int]

  /// Parses one JSON value (RFC 8259), which must be all of `bytes` but white space.
  ///
  /// Iterative: no depth of nesting can exhaust the stack. Linear in the length of the text.
  /// - Parameters:
  ///   - bytes: UTF-8; at most 4 GiB. A byte order mark is an error, as RFC 8259 section 8.1 allows.
  ///   - maxDepth: how many containers may be open at once.
  ///   - allowsDuplicateKeys: when true the first of several equal keys is the one found. Only for texts of our own.
  /// - Throws: ``JSONError`` with the place of the first byte that cannot stand where it stands.
  public init(parsing bytes: [UInt8], maxDepth: Int = 64, allowsDuplicateKeys: Bool = false) throws(JSONError) {
    self.bytes = bytes
    nodes = try JSONParser.parse(bytes, maxDepth: maxDepth, allowsDuplicateKeys: allowsDuplicateKeys)
    self.links = [:]
  }

  private init(bytes: [UInt8], nodes: [JSONNode], links: [Int: Int]) {
    self.bytes = bytes
    self.nodes = nodes
    self.links = links
  }

  /// The document `{}`.
  public static let empty = JSONDocument(
    bytes: Array("{}".utf8),
    nodes: [
      JSONNode(
        kind: .object,
        isEscaped: false,
        isKeyEscaped: false,
        depth: 0,
        keyStart: 0,
        keyEnd: 0,
        start: 0,
        end: 2,
        next: 1
      )
    ],
    links: [:]
  )

  /// The same document with some nodes standing for others, which makes a graph of the tree; it may have cycles.
  ///
  /// ``target(of:)`` follows the links. The text of a container does not.
  public func linking(_ links: [Int: Int]) -> JSONDocument {
    JSONDocument(bytes: bytes, nodes: nodes, links: self.links.merging(links) { _, new in new })
  }

  /// The whole document as a value.
  public var root: JSONValue { JSONValue(document: self, index: 0) }

  /// The node that the node at `index` stands for: itself but in a linked document.
  @inlinable
  public func target(of index: Int) -> Int {
    links.isEmpty ? index : links[index] ?? index
  }

  /// Index of the member of the object at `index` whose key is `key`, byte for byte; nil when there is none.
  ///
  /// Linear in the number of members. A key with escapes is compared unescaped.
  @inlinable
  public func member(_ key: ArraySlice<UInt8>, of index: Int) -> Int? {
    let end = Int(nodes[index].next)
    var child = index + 1
    while child < end {
      if hasKey(key, at: child) { return child }
      child = Int(nodes[child].next)
    }
    return nil
  }

  /// The same, trying first the node `distance` after the object, and setting `distance` to where the member was.
  ///
  /// Documents of one kind have their members in one order, so the second object of a list finds each member at once.
  @inlinable
  public func member(_ key: ArraySlice<UInt8>, of index: Int, distance: inout Int) -> Int? {
    let guess = index + distance
    // A direct child: inside the object, and one level below it.
    if distance > 0, guess < Int(nodes[index].next), nodes[guess].depth == nodes[index].depth &+ 1,
      hasKey(key, at: guess)
    {
      return guess
    }
    guard let found = member(key, of: index) else { return nil }
    distance = found - index
    return found
  }

  @inlinable
  func hasKey(_ key: ArraySlice<UInt8>, at child: Int) -> Bool {
    let node = nodes[child]
    let start = Int(node.keyStart)
    let length = Int(node.keyEnd) - start
    guard !node.isKeyEscaped else { return self.key(at: child).utf8.elementsEqual(key) }
    guard length == key.count else { return false }
    for offset in 0..<length where bytes[start + offset] != key[key.startIndex + offset] { return false }
    return true
  }

  /// The key of the member at `index`, unescaped.
  public func key(at index: Int) -> String {
    let node = nodes[index]
    let slice = bytes[Int(node.keyStart)..<Int(node.keyEnd)]
    return node.isKeyEscaped ? JSONText.unescape(slice) : String(decoding: slice, as: UTF8.self)
  }

  /// Where the text of the value at `index` stands, quotes and brackets included.
  @inlinable
  public func range(of index: Int) -> Range<Int> {
    Int(nodes[index].start)..<Int(nodes[index].end)
  }

  /// Index of the first node after the value at `index`.
  @inlinable
  public func next(after index: Int) -> Int { Int(nodes[index].next) }
}
