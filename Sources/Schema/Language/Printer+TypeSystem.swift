// Type-system definitions and extensions: section 3.

extension Printer {
  func schema(_ node: TypeSystemNodes.SchemaDefinition) -> String {
    let roots = node.operationTypes.indices.map { index in
      let root = document.typeSystem.operationTypes[index]
      return "\(root.kind.text): \(document.text(of: root.type))"
    }
    let keyword = node.isExtension ? "extend schema" : "schema"
    return description(node.description) + joined([keyword, directives(node.directives), block(roots)])
  }

  func type(_ node: TypeSystemNodes.TypeDefinition) -> String {
    let names = node.references.indices.map { document.text(of: document.typeSystem.names[$0]) }
    let isUnion = node.kind == .union
    let implements = isUnion || names.isEmpty ? "" : "implements " + names.joined(separator: " & ")
    let union = isUnion && !names.isEmpty ? "= " + names.joined(separator: " | ") : ""
    let head = [node.isExtension ? "extend" : "", node.kind.keyword, document.text(of: node.name), implements]
    return description(node.description)
      + joined(head + [directives(node.directives), union, block(members(of: node))])
  }

  private func members(of node: TypeSystemNodes.TypeDefinition) -> [String] {
    node.members.indices.map { index in
      switch node.kind {
      case .inputObject: return inputValue(document.typeSystem.inputValues[index])
      case .enumeration:
        let value = document.typeSystem.enumValues[index]
        return description(value.description) + joined([document.text(of: value.name), directives(value.directives)])
      default:
        let field = document.typeSystem.fields[index]
        let head = document.text(of: field.name) + arguments(field.arguments) + ": " + type(field.type)
        return description(field.description) + joined([head, directives(field.directives)])
      }
    }
  }

  /// On one line unless one of them has a description.
  private func arguments(_ range: NodeRange) -> String {
    guard !range.isEmpty else { return "" }
    let parts = range.indices.map { inputValue(document.typeSystem.inputValues[$0]) }
    return parts.contains { $0.utf8.contains(0x0A) }
      ? "(\n\(indented(parts.joined(separator: "\n")))\n)" : "(\(parts.joined(separator: ", ")))"
  }

  private func inputValue(_ node: TypeSystemNodes.InputValueDefinition) -> String {
    let head = document.text(of: node.name) + ": " + type(node.type)
    let value = node.defaultValue.map { "= " + document.printed(value: $0) } ?? ""
    return description(node.description) + joined([head, value, directives(node.directives)])
  }

  func directiveDefinition(_ node: TypeSystemNodes.DirectiveDefinition) -> String {
    let locations = node.locations.indices.map { document.text(of: document.typeSystem.names[$0]) }
    let repeatable = node.isRepeatable ? " repeatable" : ""
    return description(node.description)
      + "directive @\(document.text(of: node.name))\(arguments(node.arguments))\(repeatable) on "
      + locations.joined(separator: " | ")
  }
}
