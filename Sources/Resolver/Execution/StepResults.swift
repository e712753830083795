import JSON
import Schema

/// What the steps of a request have brought, by step.
struct StepResults: Sendable {
  /// A body, or why there is none.
  enum Outcome: Sendable {
    case value(JSONDocument, node: Int)
    /// The field is null, as a fact: no such thing.
    case null
    case failure(GraphQLError)

    func map(_ transform: (Place?) -> Place?) -> Result<Place?, GraphQLError> {
      switch self {
      case .value(let document, let node): .success(transform(Place(document, node)))
      case .null: .success(transform(nil))
      case .failure(let error): .failure(error)
      }
    }
  }

  /// The bodies of one nested step: one document with an element for each parent.
  enum NestedOutcome: Sendable {
    case bodies(JSONDocument, elements: [ParentID: Int])
    case failure(GraphQLError)
  }

  /// A parent of a nested step: a node of a certain document.
  struct ParentID: Sendable, Hashable {
    let document: ObjectIdentifier
    let node: Int

    init(_ place: Place) {
      document = ObjectIdentifier(place.document)
      node = place.node
    }
  }

  private(set) var roots: [Outcome]
  private(set) var nested: [Int: NestedOutcome] = [:]

  /// Fields below the root whose arguments could not be coerced, by output field.
  private let argumentFailures: [Int: GraphQLError]

  /// What root fields without a step are members of.
  let rootValue: Place?

  /// Whether any field below the root could not have its arguments coerced.
  var hasArgumentFailures: Bool { !argumentFailures.isEmpty }

  init(roots: [Outcome], argumentFailures: [Int: GraphQLError], rootValue: Place?) {
    self.roots = roots
    self.rootValue = rootValue
    self.argumentFailures = argumentFailures
  }

  mutating func set(_ outcome: Outcome, forRoot step: Int) {
    roots[step] = outcome
  }

  mutating func set(_ outcome: NestedOutcome, forNested step: Int) {
    nested[step] = outcome
  }

  func root(_ step: Int) -> Outcome { roots[step] }

  /// ResolveFieldValue (spec section 6.4.2): nil stands for null.
  /// - Parameter index: the field's index in ``OutputPlan/fields``.
  func value(ofField index: Int, in output: OutputPlan, parent: Place?) -> Result<Place?, GraphQLError> {
    if hasArgumentFailures, let failure = argumentFailures[index] { return .failure(failure) }
    let field = output.fields[index]
    switch field.source {
    case .typename: return .success(nil)
    case .root(let step): return root(step).map { $0 }
    case .property: return .success(parent?.member(output.property(of: field)))
    case .nested(let step):
      if let place = parent?.member(output.property(of: field)) { return .success(place) }
      return nested(step, parent: parent).map { $0?.member(output.property(of: field)) }
    }
  }

  /// The object that a nested step has fetched for a parent.
  func nested(_ step: Int, parent: Place?) -> Outcome {
    guard let parent, let outcome = nested[step] else { return .null }
    switch outcome {
    case .failure(let error): return .failure(error)
    case .bodies(let document, let elements):
      return elements[ParentID(parent)].map { .value(document, node: $0) } ?? .null
    }
  }
}
