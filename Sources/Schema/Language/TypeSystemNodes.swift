/// The type-system part of a document: definitions and extensions, flat. Specification, section 3.
public struct TypeSystemNodes: Sendable {
  public internal(set) var schemas: [SchemaDefinition] = []
  public internal(set) var types: [TypeDefinition] = []
  public internal(set) var directives: [DirectiveDefinition] = []
  public internal(set) var fields: [FieldDefinition] = []
  /// Arguments of fields and directives, and fields of input objects.
  public internal(set) var inputValues: [InputValueDefinition] = []
  public internal(set) var enumValues: [EnumValueDefinition] = []
  public internal(set) var operationTypes: [OperationTypeDefinition] = []
  /// Implemented interfaces, union members and directive locations.
  public internal(set) var names: [Name] = []

  /// `schema @d { query: Q }` or `extend schema …`. Section 3.3.
  public struct SchemaDefinition: Sendable {
    public let offset: UInt32
    public let isExtension: Bool
    public let description: Int?
    public let directives: NodeRange
    /// Range of `operationTypes`.
    public let operationTypes: NodeRange
  }

  /// `query: Q`.
  public struct OperationTypeDefinition: Sendable {
    public let offset: UInt32
    public let kind: OperationKind
    public let type: Name
  }

  /// A definition or extension of a named type. Sections 3.5 to 3.10.
  public struct TypeDefinition: Sendable {
    public let kind: TypeKind
    public let offset: UInt32
    public let isExtension: Bool
    public let description: Int?
    public let name: Name
    /// Range of `names`: implemented interfaces, or the members of a union.
    public let references: NodeRange
    public let directives: NodeRange
    /// Range of `fields` (object, interface), `inputValues` (input object) or `enumValues` (enum).
    public let members: NodeRange
  }

  public struct FieldDefinition: Sendable {
    public let offset: UInt32
    public let description: Int?
    public let name: Name
    /// Range of `inputValues`.
    public let arguments: NodeRange
    public let type: Document.TypeNode
    public let directives: NodeRange
  }

  public struct InputValueDefinition: Sendable {
    public let offset: UInt32
    public let description: Int?
    public let name: Name
    public let type: Document.TypeNode
    public let defaultValue: Int?
    public let directives: NodeRange
  }

  public struct EnumValueDefinition: Sendable {
    public let offset: UInt32
    public let description: Int?
    public let name: Name
    public let directives: NodeRange
  }

  /// `directive @name(a: T) repeatable on FIELD`. Section 3.13.
  public struct DirectiveDefinition: Sendable {
    public let offset: UInt32
    public let description: Int?
    public let name: Name
    public let arguments: NodeRange
    public let isRepeatable: Bool
    /// Range of `names`.
    public let locations: NodeRange
  }
}
