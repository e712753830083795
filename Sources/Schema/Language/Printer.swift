/// Documents as canonical text, laid out as graphql-js does: `print(parse(print(x))) == print(x)`.
///
/// Recurses as deep as the parser did, which counted.
public struct Printer {
  let document: Document

  /// The canonical text of a document, without a line end at its end.
  public static func print(_ document: Document) -> String {
    let printer = Printer(document: document)
    var texts: [String] = []
    for definition in document.definitions {
      let text = printer.definition(definition)
      // Behind `enum A` a shorthand query would read as its values.
      let isTakenForBody = text.utf8.first == 0x7B && texts.last.map { $0.utf8.last != 0x7D } ?? false
      texts.append(isTakenForBody ? "query " + text : text)
    }
    return texts.joined(separator: "\n\n")
  }

  private func definition(_ definition: Document.Definition) -> String {
    switch definition {
    case .operation(let index): operation(document.operations[index])
    case .fragment(let index): fragment(document.fragments[index])
    case .schema(let index): schema(document.typeSystem.schemas[index])
    case .type(let index): type(document.typeSystem.types[index])
    case .directive(let index): directiveDefinition(document.typeSystem.directives[index])
    }
  }

  private func operation(_ node: Document.Operation) -> String {
    let variables = node.variableDefinitions.indices.map { variable(document.variableDefinitions[$0]) }
    let body = selections(node.selections)
    let isShort =
      node.kind == .query && !node.name.isPresent && variables.isEmpty && node.directives.isEmpty
      && node.description == nil
    if isShort { return body }
    let hasLines = variables.contains { $0.utf8.contains(0x0A) }
    let list =
      hasLines ? "(\n\(indented(variables.joined(separator: "\n")))\n)" : "(\(variables.joined(separator: ", ")))"
    let head = document.text(of: node.name) + (variables.isEmpty ? "" : list)
    return description(node.description) + joined([node.kind.text, head, directives(node.directives), body])
  }

  private func variable(_ node: Document.VariableDefinition) -> String {
    let name = "$\(document.text(of: node.name)): \(type(node.type))"
    let value = node.defaultValue.map { " = " + document.printed(value: $0) } ?? ""
    return description(node.description) + joined([name + value, directives(node.directives)])
  }

  private func fragment(_ node: Document.Fragment) -> String {
    let head = "fragment \(document.text(of: node.name)) on \(document.text(of: node.typeCondition))"
    return description(node.description) + joined([head, directives(node.directives), selections(node.selections)])
  }

  private func selections(_ range: NodeRange) -> String {
    block(range.indices.map { selection(document.selections[$0]) })
  }

  private func selection(_ node: Document.Selection) -> String {
    let name = document.text(of: node.name)
    let body = node.hasSelectionSet ? selections(node.selections) : ""
    switch node.kind {
    case .field:
      let alias = node.alias.isPresent ? document.text(of: node.alias) + ": " : ""
      return joined([alias + name + arguments(node, after: alias + name), directives(node.directives), body])
    case .fragmentSpread: return joined(["...\(name)", directives(node.directives)])
    case .inlineFragment:
      return joined(["...", node.name.isPresent ? "on \(name)" : "", directives(node.directives), body])
    }
  }

  /// On one line as long as that has at most 80 characters.
  private func arguments(_ node: Document.Selection, after head: String) -> String {
    let line = document.printed(arguments: node.arguments)
    guard head.unicodeScalars.count + line.unicodeScalars.count > 80, !node.arguments.isEmpty else { return line }
    let parts = node.arguments.indices.map { index in
      let argument = document.arguments[index]
      return document.text(of: argument.name) + ": " + document.printed(value: argument.value)
    }
    return "(\n\(indented(parts.joined(separator: "\n")))\n)"
  }
}

extension Printer {
  func directives(_ range: NodeRange) -> String {
    range.indices.map { document.printed(directive: $0) }.joined(separator: " ")
  }

  func type(_ node: Document.TypeNode) -> String {
    node.wrappers.text(around: document.text(of: node.name))
  }

  /// A description and the line end behind it.
  func description(_ value: Int?) -> String {
    value.map { document.printed(value: $0) + "\n" } ?? ""
  }

  /// What is not empty, with spaces between.
  func joined(_ parts: [String]) -> String {
    parts.filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// `{ … }` over several lines, or nothing.
  func block(_ lines: [String]) -> String {
    lines.isEmpty ? "" : "{\n\(indented(lines.joined(separator: "\n")))\n}"
  }

  func indented(_ text: String) -> String {
    var bytes: [UInt8] = [0x20, 0x20]
    bytes.reserveCapacity(text.utf8.count * 5 / 4)
    for byte in text.utf8 {
      bytes.append(byte)
      if byte == 0x0A { bytes.append(contentsOf: [0x20, 0x20]) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
