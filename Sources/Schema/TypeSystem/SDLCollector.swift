/// The definitions of an SDL document by name, each with its extensions, and the built-in ones that it does not replace.
struct SDLCollector {
  /// A definition and the extensions that are merged into it, as indices of `TypeSystemNodes.types`.
  struct TypeEntry {
    let name: String
    let kind: TypeKind
    let isBuiltIn: Bool
    let definition: Int
    var extensions: [Int] = []
  }

  struct DirectiveEntry {
    let name: String
    let isBuiltIn: Bool
    let definition: Int
  }

  /// The name under which the built-in document hides `__schema`, `__type` and `__typename`.
  static let metaFields = "__MetaFields"

  let document: Document
  let builtIn: Document
  private(set) var types: [TypeEntry] = []
  private(set) var typeIDs: [String: TypeID] = [:]
  private(set) var directives: [DirectiveEntry] = []
  /// Indices of `TypeSystemNodes.schemas`: the definition, if any, then extensions.
  private(set) var schemas: [Int] = []
  private(set) var hasSchemaDefinition = false
  private(set) var errors: SDLErrorList

  init(_ document: Document, builtIn: Document) {
    self.document = document
    self.builtIn = builtIn
    errors = SDLErrorList(document)
    refuseExecutableDefinitions()
    collectTypes()
    collectExtensions()
    collectDirectives()
    collectSchemas()
  }

  /// The document that an entry's nodes belong to.
  func document(isBuiltIn: Bool) -> Document { isBuiltIn ? builtIn : document }

  private mutating func refuseExecutableDefinitions() {
    for operation in document.operations {
      errors.add("An operation is not part of a type system.", [operation.offset], rule: "ExecutableDefinitions")
    }
    for fragment in document.fragments {
      errors.add("A fragment is not part of a type system.", [fragment.offset], rule: "ExecutableDefinitions")
    }
  }

  /// UniqueTypeNames, section 3.3.
  private mutating func collectTypes() {
    for (index, node) in document.typeSystem.types.enumerated() where !node.isExtension {
      let name = document.text(of: node.name)
      if let first = typeIDs[name] {
        let other = document.typeSystem.types[types[Int(first.index)].definition]
        let places = [other.name.offset, node.name.offset]
        errors.add("There can be only one type named \"\(name)\".", places, rule: "UniqueTypeNames")
        continue
      }
      add(TypeEntry(name: name, kind: node.kind, isBuiltIn: false, definition: index))
    }
    let referenced = referencedNames()
    for (index, node) in builtIn.typeSystem.types.enumerated() {
      let name = builtIn.text(of: node.name)
      guard typeIDs[name] == nil || name == Self.metaFields else { continue }
      // Section 3.5: a built-in scalar that nothing refers to is not part of the schema.
      guard node.kind != .scalar || referenced.contains(name) else { continue }
      add(TypeEntry(name: name, kind: node.kind, isBuiltIn: true, definition: index))
    }
  }

  /// The types of fields, arguments and input fields; those of the introspection system always.
  private func referencedNames() -> Set<String> {
    var names: Set<String> = []
    for nodes in [document, builtIn] {
      for field in nodes.typeSystem.fields { names.insert(nodes.text(of: field.type.name)) }
      for value in nodes.typeSystem.inputValues { names.insert(nodes.text(of: value.type.name)) }
    }
    return names
  }

  private mutating func add(_ entry: TypeEntry) {
    typeIDs[entry.name] = TypeID(types.count)
    types.append(entry)
  }

  /// PossibleTypeExtensions, section 3.4.3.
  private mutating func collectExtensions() {
    for (index, node) in document.typeSystem.types.enumerated() where node.isExtension {
      let name = document.text(of: node.name)
      guard let id = typeIDs[name], name != Self.metaFields else {
        let hint = DidYouMean.hint(for: name, among: types.filter { !$0.isBuiltIn }.map(\.name))
        let message = "Cannot extend type \"\(name)\" because it is not defined.\(hint)"
        errors.add(message, [node.name.offset], rule: "PossibleTypeExtensions")
        continue
      }
      let entry = types[Int(id.index)]
      guard entry.kind == node.kind else {
        let places = entry.isBuiltIn ? [] : [document.typeSystem.types[entry.definition].offset]
        let message = "Cannot extend non-\(node.kind.extensionNoun) type \"\(name)\"."
        errors.add(message, places + [node.offset], rule: "PossibleTypeExtensions")
        continue
      }
      types[Int(id.index)].extensions.append(index)
    }
  }

  /// UniqueDirectiveNames, section 3.13.
  private mutating func collectDirectives() {
    var seen: [String: Int] = [:]
    for (index, node) in document.typeSystem.directives.enumerated() {
      let name = document.text(of: node.name)
      if let first = seen[name] {
        let places = [document.typeSystem.directives[first].name.offset, node.name.offset]
        errors.add("There can be only one directive named \"@\(name)\".", places, rule: "UniqueDirectiveNames")
        continue
      }
      seen[name] = index
      directives.append(DirectiveEntry(name: name, isBuiltIn: false, definition: index))
    }
    for (index, node) in builtIn.typeSystem.directives.enumerated() {
      let name = builtIn.text(of: node.name)
      if seen[name] == nil { directives.append(DirectiveEntry(name: name, isBuiltIn: true, definition: index)) }
    }
  }

  /// LoneSchemaDefinition, section 3.3.
  private mutating func collectSchemas() {
    for (index, node) in document.typeSystem.schemas.enumerated() {
      if node.isExtension {
        schemas.append(index)
      } else if hasSchemaDefinition {
        errors.add("Must provide only one schema definition.", [node.offset], rule: "LoneSchemaDefinition")
      } else {
        hasSchemaDefinition = true
        schemas.insert(index, at: 0)
      }
    }
  }
}

extension TypeKind {
  /// As messages about extensions call it.
  fileprivate var extensionNoun: String {
    switch self {
    case .scalar: "scalar"
    case .object: "object"
    case .interface: "interface"
    case .union: "union"
    case .enumeration: "enum"
    case .inputObject: "input object"
    }
  }
}
