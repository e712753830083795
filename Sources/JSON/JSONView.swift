/// The storage of a ``JSONDocument``, borrowed: nodes and bytes as plain pointers, so that walking a document counts no
/// references and checks no bounds twice.
///
/// Lives only inside ``JSONDocument/withView(_:)``, while the document cannot go away. Indices are those of
/// ``JSONDocument/nodes``; they come from the document itself, never from a client.
@frozen
@safe public struct JSONView {
  /// The document that is viewed, as the identity of what was read.
  public let document: Unmanaged<JSONDocument>
  @usableFromInline let nodes: UnsafePointer<JSONNode>
  @usableFromInline let bytes: UnsafePointer<UInt8>
  @usableFromInline let isLinked: Bool

  @inlinable
  init(_ document: JSONDocument, _ nodes: UnsafePointer<JSONNode>, _ bytes: UnsafePointer<UInt8>) {
    unsafe self.document = Unmanaged.passUnretained(document)
    unsafe self.nodes = nodes
    unsafe self.bytes = bytes
    isLinked = !document.links.isEmpty
  }

  /// The node that the node at `index` stands for: itself but in a linked document.
  @inlinable
  @inline(__always)
  public func target(of index: Int) -> Int {
    isLinked ? unsafe document._withUnsafeGuaranteedRef { $0.target(of: index) } : index
  }

  @inlinable
  @inline(__always)
  public func kind(of index: Int) -> JSONKind { unsafe nodes[index].kind }

  /// Index of the first node after the value at `index`.
  @inlinable
  @inline(__always)
  public func next(after index: Int) -> Int { unsafe Int(nodes[index].next) }

  /// The text of the value at `index`, quotes and brackets included.
  @inlinable
  @inline(__always)
  public func text(of index: Int) -> UnsafeBufferPointer<UInt8> {
    let start = unsafe Int(nodes[index].start)
    return unsafe UnsafeBufferPointer(start: bytes + start, count: Int(nodes[index].end) - start)
  }

  /// As ``JSONDocument/member(_:of:distance:)``, with its target; nil also when the value is no object.
  @inlinable
  @inline(__always)
  public func member(_ key: UnsafeBufferPointer<UInt8>, of index: Int, distance: inout Int32) -> Int? {
    guard kind(of: index) == .object else { return nil }
    let guess = index + Int(distance)
    // A direct child: inside the object, and one level below it.
    if distance > 0, guess < next(after: index), unsafe nodes[guess].depth == nodes[index].depth &+ 1,
      unsafe hasKey(key, at: guess)
    {
      return target(of: guess)
    }
    guard let found = unsafe find(key, in: index) else { return nil }
    distance = Int32(truncatingIfNeeded: found - index)
    return target(of: found)
  }

  /// The same for a key that is looked for seldom.
  public func member(named key: StaticString, of index: Int) -> Int? {
    var distance: Int32 = 0
    let key = unsafe UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
    return unsafe member(key, of: index, distance: &distance)
  }

  @usableFromInline
  func find(_ key: UnsafeBufferPointer<UInt8>, in index: Int) -> Int? {
    let end = next(after: index)
    var child = index + 1
    while child < end {
      if unsafe hasKey(key, at: child) { return child }
      child = next(after: child)
    }
    return nil
  }

  @inlinable
  @inline(__always)
  func hasKey(_ key: UnsafeBufferPointer<UInt8>, at child: Int) -> Bool {
    let start = unsafe Int(nodes[child].keyStart)
    let length = unsafe Int(nodes[child].keyEnd) - start
    if unsafe nodes[child].isKeyEscaped { return unsafe hasEscapedKey(key, at: child) }
    guard length == key.count else { return false }
    for offset in 0..<length where unsafe bytes[start + offset] != key[offset] { return false }
    return true
  }

  @usableFromInline
  func hasEscapedKey(_ key: UnsafeBufferPointer<UInt8>, at child: Int) -> Bool {
    unsafe document._withUnsafeGuaranteedRef { unsafe $0.key(at: child).utf8.elementsEqual(key) }
  }
}

extension JSONDocument {
  /// Lends the document's storage to `body`.
  @inlinable
  @inline(__always)
  public func withView<Result>(_ body: (JSONView) -> Result) -> Result {
    unsafe nodes.withUnsafeBufferPointer { nodes in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        // A document has at least one node and one byte.
        guard let nodes = nodes.baseAddress, let bytes = bytes.baseAddress else {
          preconditionFailure("Empty document")
        }
        return unsafe body(JSONView(self, nodes, bytes))
      }
    }
  }
}
