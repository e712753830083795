import JSON
import Schema

/// Where a value of the answer stands: a node of some body.
struct Place: Sendable {
  let document: JSONDocument
  let node: Int

  init(_ document: JSONDocument, _ node: Int) {
    self.document = document
    self.node = document.target(of: node)
  }

  var kind: JSONKind { document.nodes[node].kind }

  func member(_ key: ArraySlice<UInt8>) -> Place? {
    kind == .object ? document.member(key, of: node).map { Place(document, $0) } : nil
  }

  /// The same, beginning where a member was found in an object of the same kind; see `JSONDocument`.
  func member(_ key: ArraySlice<UInt8>, distance: inout Int) -> Place? {
    guard kind == .object else { return nil }
    return document.member(key, of: node, distance: &distance).map { Place(document, $0) }
  }

  /// The elements of an array, in order; nothing for any other value.
  var elements: Elements { Elements(place: self) }

  private static let typename = Array("__typename".utf8)[...]

  /// ResolveAbstractType (spec section 6.4.3): an object's own type, or what the member `__typename` names.
  func runtimeType(of type: TypeID, in schema: GraphQLSchema) -> TypeID? {
    guard schema[type].kind.isAbstract else { return type }
    guard let name = member(Self.typename),
      let text = JSONValue(document: name.document, index: name.node).string,
      let runtimeType = schema.type(named: text), schema.isPossible(runtimeType, for: type)
    else { return nil }
    return runtimeType
  }

  /// The elements of an array without a list of them.
  struct Elements: Sequence, IteratorProtocol {
    private let document: JSONDocument
    private var child: Int
    private let end: Int

    init(place: Place) {
      document = place.document
      child = place.node + 1
      end = place.kind == .array ? place.document.next(after: place.node) : child
    }

    mutating func next() -> Place? {
      guard child < end else { return nil }
      defer { child = document.next(after: child) }
      return Place(document, child)
    }
  }
}
