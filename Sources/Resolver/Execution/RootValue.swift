public import JSON
public import Schema

/// The initial value of operations (spec section 6.2): what root fields without a resolver of their own are members of.
public struct RootValue: Sendable {
  let document: JSONDocument
  /// The object for each kind of operation, by its node.
  private let nodes: [OperationKind: Int]

  public init(document: JSONDocument, nodes: [OperationKind: Int]) {
    self.document = document
    self.nodes = nodes
  }

  func place(of kind: OperationKind) -> Place? {
    nodes[kind].map { Place(document, $0) }
  }
}
