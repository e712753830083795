import Schema

/// An operation, compiled: which root fields to fetch, what to fetch below them, and how to write the answer.
///
/// A plan knows no identity and no values of variables but those of its shape: the Boolean variables of `@skip`,
/// `@include` and `includeDeprecated`, for which the plan cache keeps one plan each. So collecting and merging of
/// fields (spec section 6.3.2) is done here, exactly, and a request only walks arrays.
struct OperationPlan: Sendable {
  let kind: OperationKind
  /// Calls of root fields in the order of the answer.
  let rootSteps: [RootStep]
  /// Fields whose arguments choose nothing but must be coercible all the same (spec section 6.4.1).
  let argumentChecks: [ArgumentCheck]
  /// What the bodies of root fields lack, outer levels first.
  let nestedSteps: [NestedStep]
  let output: OutputPlan
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
  /// How many nested steps stand on the path: steps of one level share a round trip.
  let level: Int
}

/// Who writes which bytes: flat arrays, linked by index.
struct OutputPlan: Sendable {
  /// The selection set of the operation.
  let root: Int
  let selections: [SelectionPlan]
  let fields: [OutputField]
  /// What errors say of each of ``fields``.
  let details: [OutputFieldDetail]
  /// The values of the selected enum types, as JSON strings.
  let enumerations: [[[UInt8]]]
  /// All keys and properties, one after the other.
  let text: [UInt8]

  /// The key with quotes and colon, ready to be copied.
  func key(of field: OutputField) -> ArraySlice<UInt8> { text[field.key.range] }

  /// The key of the member of the parent's body that holds the value.
  func property(of field: OutputField) -> ArraySlice<UInt8> { text[field.property.range] }
}

/// A piece of ``OutputPlan/text``.
struct TextRange: Sendable {
  let start: UInt32
  let end: UInt32

  var range: Range<Int> { Int(start)..<Int(end) }
}

/// What only errors need to know of an output field.
struct OutputFieldDetail: Sendable {
  /// The response name, for paths.
  let name: String
  /// Where the field is selected.
  let offsets: [UInt32]
}

/// The fields to write for a value, by its runtime type.
struct SelectionPlan: Sendable {
  struct Variant: Sendable {
    let type: TypeID
    let fields: Range<Int>
  }

  /// One for an object type; one for each possible type of an abstract type.
  let variants: [Variant]
}

/// One entry of an object in the answer. Holds no reference, so that looking at it costs nothing.
struct OutputField: Sendable {
  enum Source: Sendable, Hashable {
    case typename
    /// Index into ``OperationPlan/rootSteps``.
    case root(step: Int)
    case property
    /// ``NestedStep/index`` of the step.
    case nested(step: Int)
  }

  /// See ``OutputPlan/key(of:)``.
  let key: TextRange
  /// See ``OutputPlan/property(of:)``.
  let property: TextRange
  let field: FieldID
  let source: Source
  let type: TypeReference
  let leaf: LeafKind
  /// Index into ``OutputPlan/selections``; nil for leaf fields.
  var selection: Int?
}

/// How a value of a leaf type is checked and written (spec section 6.4.3, CoerceResult).
enum LeafKind: Sendable, Hashable {
  case int
  case float
  case string
  case id
  case boolean
  /// Index into ``OutputPlan/enumerations``.
  case enumeration(Int)
  /// A custom scalar: any JSON value.
  case any
  /// No leaf.
  case composite
}
