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

    /// How many records a body holds: the length of its `items`, else one; nil when there is no body.
    var records: Int? {
      guard case .value(let document, let node) = self else { return nil }
      guard let items = JSONValue(document: document, index: node)["items"], items.kind == .array else { return 1 }
      return items.elements.count
    }

    /// What a body says of the tables that it was computed from.
    var computedFrom: String? {
      guard case .value(let document, let node) = self else { return nil }
      return JSONValue(document: document, index: node)["computed_from"]?.string
    }

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
      self.init(document: ObjectIdentifier(place.document), node: place.node)
    }

    init(document: ObjectIdentifier, node: Int) {
      self.document = document
      self.node = node
    }
  }

  private(set) var roots: [Outcome]
  /// For each root step whose body is kept in memory, what was rendered of that body.
  private let fragments: [RenderedFragments?]
  private(set) var nested: [Int: NestedOutcome] = [:]

  /// Fields below the root whose arguments could not be coerced, by output field.
  private let argumentFailures: [Int: GraphQLError]

  /// What root fields without a step are members of.
  let rootValue: Place?

  /// Whether any field below the root could not have its arguments coerced.
  var hasArgumentFailures: Bool { !argumentFailures.isEmpty }

  init(
    roots: [Outcome],
    fragments: [RenderedFragments?],
    argumentFailures: [Int: GraphQLError],
    rootValue: Place?
  ) {
    self.roots = roots
    self.fragments = fragments
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

  func argumentFailure(ofField index: Int) -> GraphQLError? { argumentFailures[index] }

  /// Where renderings of a root step's body are kept; nil when the body is not.
  func fragments(ofRoot step: Int) -> RenderedFragments? { fragments.isEmpty ? nil : fragments[step] }

  /// Whether the value of a root field follows from its body alone.
  func isSelfContained(_ step: Int, in plan: OperationPlan) -> Bool {
    !hasArgumentFailures && !plan.nestedSteps.contains { $0.path.first == plan.rootSteps[step].outputField }
  }

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
  private func nested(_ step: Int, parent: Place?) -> Outcome {
    guard let parent else { return .null }
    return nested(step, of: ParentID(parent))
  }

  /// The same for a parent that is being walked.
  func nested(_ step: Int, document: Unmanaged<JSONDocument>, node: Int) -> Outcome {
    nested(step, of: unsafe ParentID(document: ObjectIdentifier(document.takeUnretainedValue()), node: node))
  }

  private func nested(_ step: Int, of parent: ParentID) -> Outcome {
    switch nested[step] {
    case .none: .null
    case .failure(let error): .failure(error)
    case .bodies(let document, let elements): elements[parent].map { .value(document, node: $0) } ?? .null
    }
  }
}
