import Schema

/// Who writes which bytes: flat arrays of plain structs, linked by index.
///
/// A selection set that is reached by several ways stands here once, so the plan of an answer is no larger than its
/// document times the runtime types that can stand there.
struct OutputPlan: Sendable {
  /// The selection set of the operation.
  let root: Int
  let selections: [SelectionPlan]
  let variants: [SelectionVariant]
  let fields: [OutputField]
  /// What errors say of each of ``fields``.
  let details: [OutputFieldDetail]
  /// The values of the selected enum types, as JSON strings in ``text``.
  let enumValues: [TextRange]
  /// All keys, properties and names, one after the other.
  let text: [UInt8]

  /// The key of the member of the parent's body that holds the value.
  func property(of field: OutputField) -> ArraySlice<UInt8> { text[field.property.range] }

  /// The object type of the operation, with the fields of the answer.
  var rootVariant: SelectionVariant { variants[selections[root].variants.lowerBound] }
}

/// A piece of ``OutputPlan/text``.
struct TextRange: Sendable, Hashable {
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
  /// Indices into ``OutputPlan/variants``: one for an object type, one for each possible type of an abstract type.
  let variants: Range<Int>
  let isAbstract: Bool
}

/// The fields to write for values of one runtime type.
struct SelectionVariant: Sendable {
  let type: TypeID
  /// The type's name as a JSON string.
  let name: TextRange
  /// Indices into ``OutputPlan/fields``.
  let fields: Range<Int>
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

  /// A comma and the key with quotes and colon, ready to be copied; for `__typename` the value as well.
  let key: TextRange
  /// See ``OutputPlan/property(of:)``.
  let property: TextRange
  let field: FieldID
  let source: Source
  let type: TypeReference
  let leaf: LeafKind
  /// Index into ``OutputPlan/selections``; nil for leaf fields.
  var selection: Int?

  /// Whether values stand below this field's own position: items or members.
  var hasPositionsBelow: Bool { selection != nil || type.isList }
}

/// How a value of a leaf type is checked and written (spec section 6.4.3, CoerceResult).
enum LeafKind: Sendable, Hashable {
  case int
  case float
  case string
  case id
  case boolean
  /// Which of ``OutputPlan/enumValues``.
  case enumeration(first: UInt32, end: UInt32)
  /// A custom scalar: any JSON value.
  case any
  /// No leaf.
  case composite
}
