import Schema
import Synchronization

/// An operation, compiled: which root fields to fetch, what to fetch below them, and how to write the answer.
///
/// A plan knows no identity and no values of variables but those of its shape: the Boolean variables of `@skip`,
/// `@include` and `includeDeprecated`, for which the plan cache keeps one plan each. So collecting and merging of
/// fields (spec section 6.3.2) is done here, exactly, and a request only walks arrays.
final class OperationPlan: Sendable {
  /// Tells plans of this process apart, for ever: what was rendered for one may be kept longer than the plan.
  let id: UInt64
  let kind: OperationKind
  /// Calls of root fields in the order of the answer.
  let rootSteps: [RootStep]
  /// Fields whose arguments choose nothing but must be coercible all the same (spec section 6.4.1).
  let argumentChecks: [ArgumentCheck]
  /// What the bodies of root fields lack, outer levels first.
  let nestedSteps: [NestedStep]
  let output: OutputPlan

  private static let lastID = Atomic<UInt64>(0)

  init(
    kind: OperationKind,
    rootSteps: [RootStep],
    argumentChecks: [ArgumentCheck],
    nestedSteps: [NestedStep],
    output: OutputPlan
  ) {
    id = Self.lastID.wrappingAdd(1, ordering: .relaxed).newValue
    self.kind = kind
    self.rootSteps = rootSteps
    self.argumentChecks = argumentChecks
    self.nestedSteps = nestedSteps
    self.output = output
  }
}

/// One call of a root field.
struct RootStep: Sendable {
  enum Kind: Sendable, Hashable {
    /// Index into ``SchemaBinding/roots``.
    case fetch(Int)
    /// Index into ``SchemaBinding/mutations``.
    case mutate(Int)
    case introspectionSchema
    case introspectionType
  }

  let kind: Kind
  let field: FieldID
  /// The first selection of the field: its arguments are those of every selection it is merged with.
  let selection: Int
  /// The field in ``OutputPlan/fields`` that shows the result.
  let outputField: Int
  /// What the selection says of an argument that the request leaves out; see ``SelectionArgument``.
  var impliedArgument: ImpliedArgument?
  /// The coerced arguments where no variable has a part in them: the same for every request.
  var constantArguments: CallArguments?
}

/// A field below the root with arguments: were one not coercible, the field would be an error.
struct ArgumentCheck: Sendable {
  let outputField: Int
  let field: FieldID
  let selection: Int
}

/// A fetch of members that the bodies at one place in the answer may lack.
struct NestedStep: Sendable {
  /// What ``OutputField/Source/nested(step:)`` refers to.
  let index: Int
  /// Index into ``SchemaBinding/nestedResolvers``.
  let resolver: Int
  /// Output fields from the root to the field whose values are the parents.
  let path: [Int]
  /// The parents' runtime type.
  let parentType: TypeID
  let properties: Set<String>
  /// Index into ``SchemaBinding/nestedCaches`` when the one property is cached by itself.
  let cache: Int?
  /// How many nested steps stand on the path: steps of one level share a round trip.
  let level: Int
}
