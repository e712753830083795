/// A parsed document: flat arrays of small structs that refer to each other by index.
///
/// Siblings are neighbours (`Selection.selections` is a range of `Document.selections`), and a parent always stands after
/// its children, so walking an array from its end visits parents first without recursion.
/// Specification, section 2.
public struct Document: Sendable {
  public let source: Source
  /// The distinct names of the document. `Name.symbol` indexes this.
  public internal(set) var symbols: [Symbol] = []
  /// All definitions in source order.
  public internal(set) var definitions: [Definition] = []
  public internal(set) var operations: [Operation] = []
  public internal(set) var fragments: [Fragment] = []
  public internal(set) var variableDefinitions: [VariableDefinition] = []
  public internal(set) var selections: [Selection] = []
  public internal(set) var arguments: [Argument] = []
  public internal(set) var directives: [Directive] = []
  public internal(set) var values: [Value] = []
  public internal(set) var objectFields: [ObjectField] = []
  /// Type-system definitions and extensions; `nil`-like empty for executable documents.
  public internal(set) var typeSystem = TypeSystemNodes()

  init(source: Source) {
    self.source = source
  }

  /// One definition, by its position in the array of its kind.
  public enum Definition: Sendable, Hashable {
    case operation(Int)
    case fragment(Int)
    case schema(Int)
    case type(Int)
    case directive(Int)
  }

  /// `query Name($v: T) @d { … }`. Section 2.3.
  public struct Operation: Sendable {
    public let kind: OperationKind
    /// Offset of the first token: the description's, the keyword's, or the brace of the shorthand form.
    public let offset: UInt32
    public let name: Name
    /// Index of a string value.
    public let description: Int?
    public let variableDefinitions: NodeRange
    public let directives: NodeRange
    public let selections: NodeRange
    /// Everything inside this definition.
    public let extent: Extent
  }

  /// `fragment Name on T @d { … }`. Section 2.8.
  public struct Fragment: Sendable {
    public let offset: UInt32
    public let name: Name
    public let description: Int?
    public let typeCondition: Name
    public let directives: NodeRange
    public let selections: NodeRange
    public let extent: Extent
  }

  /// The stretch of each array that one executable definition fills.
  public struct Extent: Sendable, Hashable {
    public let selections: NodeRange
    public let arguments: NodeRange
    public let directives: NodeRange
    public let values: NodeRange
    public let objectFields: NodeRange
  }

  /// `$name: Type = default @d`. Section 2.10.
  public struct VariableDefinition: Sendable {
    /// Offset of the `$`.
    public let offset: UInt32
    public let name: Name
    public let description: Int?
    public let type: TypeNode
    /// Index of the default in `values`.
    public let defaultValue: Int?
    public let directives: NodeRange
  }

  /// A field, a fragment spread or an inline fragment. Section 2.4.
  public struct Selection: Sendable, BitwiseCopyable {
    public enum Kind: UInt8, Sendable, BitwiseCopyable {
      case field
      case fragmentSpread
      case inlineFragment
    }

    public let kind: Kind
    /// Offset of the first token: alias, name, or `...`.
    public let offset: UInt32
    /// Absent unless the field has an alias.
    public let alias: Name
    /// The field's name, the spread fragment's name, or the inline fragment's type condition (which may be absent).
    public let name: Name
    public let arguments: NodeRange
    public let directives: NodeRange
    /// Children in `selections`. A selection set that is present is never empty.
    public internal(set) var selections = NodeRange.empty
    /// Offset of the selection set's brace; 0 without one.
    public internal(set) var brace: UInt32 = 0

    /// The key in the response: the alias, or else the name. Meaningful for fields only.
    @inlinable
    public var responseName: Name { alias.isPresent ? alias : name }

    @inlinable
    public var hasSelectionSet: Bool { !selections.isEmpty }
  }

  /// `name: value`. Section 2.6.
  public struct Argument: Sendable {
    public let name: Name
    /// Index in `values`.
    public let value: Int
  }

  /// `@name(argument: value)`. Section 2.12.
  public struct Directive: Sendable {
    /// Offset of the `@`.
    public let offset: UInt32
    public let name: Name
    public let arguments: NodeRange
  }

  /// A value literal or a variable. Section 2.9.
  public struct Value: Sendable {
    public enum Kind: UInt8, Sendable {
      case variable
      case int
      case float
      case string
      case boolean
      case null
      case enumeration
      case list
      case object
    }

    public let kind: Kind
    /// A string written with `"""`.
    public let isBlock: Bool
    public let offset: UInt32
    /// Offset behind the last byte.
    public let end: UInt32
    /// The name of a variable, an enum value, or of the keywords `true`, `false`, `null`.
    public let name: Name
    /// Items in `values` (list) or members in `objectFields` (object).
    public let children: NodeRange
  }

  /// `name: value` inside an input object literal.
  public struct ObjectField: Sendable {
    public let name: Name
    public let value: Int
  }

  /// A type as it is written: `[Int!]!`. Section 2.11.
  public struct TypeNode: Sendable {
    /// Offset of the first token.
    public let offset: UInt32
    public let name: Name
    public let wrappers: TypeWrappers
  }
}

public enum OperationKind: UInt8, Sendable, Hashable, CaseIterable {
  case query
  case mutation
  case subscription

  /// The keyword.
  public var text: String {
    switch self {
    case .query: "query"
    case .mutation: "mutation"
    case .subscription: "subscription"
    }
  }
}

extension Document {
  /// The text of a name; empty when it is absent.
  public func text(of name: Name) -> String {
    name.isPresent ? text(ofSymbol: name.symbol) : ""
  }

  public func text(ofSymbol symbol: UInt32) -> String {
    String(decoding: bytes(ofSymbol: symbol), as: UTF8.self)
  }

  /// The bytes of a name; empty when it is absent.
  public func bytes(of name: Name) -> ArraySlice<UInt8> {
    name.isPresent ? bytes(ofSymbol: name.symbol) : []
  }

  public func bytes(ofSymbol symbol: UInt32) -> ArraySlice<UInt8> {
    let entry = symbols[Int(symbol)]
    return source.bytes[Int(entry.offset)..<Int(entry.offset) + Int(entry.length)]
  }

  /// A value's source text as it stands, quotes and all.
  public func sourceText(of value: Value) -> String {
    String(decoding: source.bytes[Int(value.offset)..<Int(value.end)], as: UTF8.self)
  }

  /// The place of a node's offset.
  public func location(_ offset: UInt32) -> SourceLocation {
    source.location(at: Int(offset))
  }

  /// The symbol of a text, when the document uses it as a name.
  ///
  /// - Complexity: O(distinct names).
  public func symbol(of text: String) -> UInt32? {
    let wanted = Array(text.utf8)
    return symbols.indices.first { bytes(ofSymbol: UInt32($0)).elementsEqual(wanted) }.map { UInt32($0) }
  }
}
