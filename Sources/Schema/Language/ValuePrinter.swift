/// Values as canonical GraphQL text: one line, `{a: 1, b: [2]}`.
///
/// Recurses as deep as the parser did, which counted.
struct ValuePrinter {
  let document: Document
  /// Output stops growing soon after this many bytes; for messages.
  var budget = Int.max
  private(set) var text = ""

  init(_ document: Document, budget: Int = .max) {
    self.document = document
    self.budget = budget
  }

  mutating func write(_ index: Int) {
    write(document.values[index])
  }

  private mutating func write(_ value: Document.Value) {
    switch value.kind {
    case .list: writeList(value)
    case .object: writeObject(value)
    case .string where value.isBlock: text += BlockString.printed(document.string(of: value))
    case .string: QuotedString.append(document.string(of: value), to: &text)
    // White space may stand behind the dollar sign.
    case .variable: text += "$" + document.text(of: value.name)
    default: text += document.sourceText(of: value)
    }
  }

  private mutating func writeList(_ value: Document.Value) {
    text += "["
    for index in value.children.indices {
      if index > Int(value.children.start) { text += ", " }
      guard text.utf8.count < budget else { text += "…"; break }
      write(index)
    }
    text += "]"
  }

  private mutating func writeObject(_ value: Document.Value) {
    text += "{"
    for index in value.children.indices {
      if index > Int(value.children.start) { text += ", " }
      guard text.utf8.count < budget else { text += "…"; break }
      let field = document.objectFields[index]
      text += document.text(of: field.name) + ": "
      write(field.value)
    }
    text += "}"
  }
}

extension Document {
  /// A value for a message: canonical, cut after about a hundred bytes.
  func excerpt(ofValue index: Int) -> String {
    var printer = ValuePrinter(self, budget: 100)
    printer.write(index)
    return printer.text.utf8.count <= 120 ? printer.text : String(printer.text.unicodeScalars.prefix(100)) + "…"
  }
}

/// Double-quoted strings with the escapes that JSON and GraphQL share.
enum QuotedString {
  static func append(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar.value {
      case 0x22: text += "\\\""
      case 0x5C: text += "\\\\"
      case 0x08: text += "\\b"
      case 0x0C: text += "\\f"
      case 0x0A: text += "\\n"
      case 0x0D: text += "\\r"
      case 0x09: text += "\\t"
      case 0..<0x20, 0x7F..<0xA0: text += escaped(scalar.value)
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  private static func escaped(_ value: UInt32) -> String {
    let hex = String(value, radix: 16, uppercase: true)
    return "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
  }
}

extension Document {
  /// A value as canonical text.
  func printed(value index: Int) -> String {
    var printer = ValuePrinter(self)
    printer.write(index)
    return printer.text
  }

  /// `@name(argument: value)`.
  func printed(directive index: Int) -> String {
    let directive = directives[index]
    return "@" + text(of: directive.name) + printed(arguments: directive.arguments)
  }

  /// `(a: 1, b: 2)`, or nothing.
  func printed(arguments range: NodeRange) -> String {
    guard !range.isEmpty else { return "" }
    let parts = range.indices.map { text(of: arguments[$0].name) + ": " + printed(value: arguments[$0].value) }
    return "(" + parts.joined(separator: ", ") + ")"
  }
}
