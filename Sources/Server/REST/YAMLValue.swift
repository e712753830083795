import Yams

/// A YAML node that knows its file, so that whatever is wrong can be said with file and line.
struct YAMLValue {
  let file: String
  private let node: Node

  private init(file: String, node: Node) {
    self.file = file
    self.node = node
  }

  /// - Throws: for text that is not one YAML document.
  init(parsing text: String, file: String) throws(RouteTableError) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw Self.tableError(error, file)
    } catch {
      throw RouteTableError(file: file, line: 1, message: "not YAML: \(error)")
    }
    guard let node else { throw RouteTableError(file: file, line: 1, message: "the file is empty") }
    self.init(file: file, node: node)
  }

  /// From 1.
  var line: Int { node.mark?.line ?? 1 }

  /// Line of a scalar's text: a block scalar begins below its `|`.
  var contentLine: Int {
    guard case .scalar(let scalar) = node, scalar.style == .literal || scalar.style == .folded else { return line }
    return line + 1
  }

  var isScalar: Bool { node.scalar != nil }

  func error(_ message: String) -> RouteTableError {
    RouteTableError(file: file, line: line, message: message)
  }

  func string() throws(RouteTableError) -> String {
    guard let scalar = node.scalar, !scalar.string.isEmpty else { throw error("expected a text") }
    return scalar.string
  }

  func integer() throws(RouteTableError) -> Int64 {
    guard let text = node.scalar?.string, let value = Int64(text) else { throw error("expected an integer") }
    return value
  }

  func boolean() throws(RouteTableError) -> Bool {
    switch node.scalar?.string {
    case "true": return true
    case "false": return false
    default: throw error("expected true or false")
    }
  }

  func sequence() throws(RouteTableError) -> [YAMLValue] {
    guard let sequence = node.sequence else { throw error("expected a list") }
    return sequence.map { YAMLValue(file: file, node: $0) }
  }

  func strings() throws(RouteTableError) -> [String] {
    var texts: [String] = []
    for value in try sequence() { texts.append(try value.string()) }
    return texts
  }

  /// - Parameter names: the fields that may stand here; nil when they are not ours to name.
  func mapping(allowing names: [String]?) throws(RouteTableError) -> YAMLMapping {
    guard let mapping = node.mapping else { throw error("expected fields") }
    var entries: [(name: String, value: YAMLValue)] = []
    for (key, value) in mapping {
      let field = YAMLValue(file: file, node: key)
      let name = try field.string()
      if let names, !names.contains(name) {
        throw field.error("unknown field \"\(name)\"; known are \(names.joined(separator: ", "))")
      }
      entries.append((name, YAMLValue(file: file, node: value)))
    }
    return YAMLMapping(owner: self, entries: entries)
  }

  private static func tableError(_ error: YamlError, _ file: String) -> RouteTableError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      RouteTableError(file: file, line: mark.line, message: "not YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      RouteTableError(
        file: file,
        line: context.mark.line,
        message: "a field stands there twice: \(duplicates.joined(separator: ", "))"
      )
    default:
      RouteTableError(file: file, line: 1, message: "not YAML: \(error)")
    }
  }
}

/// The fields of a YAML mapping in their order.
struct YAMLMapping {
  let owner: YAMLValue
  let entries: [(name: String, value: YAMLValue)]

  func optional(_ name: String) -> YAMLValue? {
    entries.first { $0.name == name }?.value
  }

  func required(_ name: String) throws(RouteTableError) -> YAMLValue {
    guard let value = optional(name) else { throw owner.error("the field \"\(name)\" is missing") }
    return value
  }

  /// One of the names of an enum; nil when the field is absent.
  func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String) throws(RouteTableError) -> Value? {
    guard let value = optional(name) else { return nil }
    let text = try value.string()
    guard let choice = Value(rawValue: text) else {
      let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
      throw value.error("unknown \(name) \"\(text)\"; known are \(known)")
    }
    return choice
  }

  func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ name: String,
    orFail message: String
  ) throws(RouteTableError) -> Value {
    guard let value: Value = try choice(name) else { throw owner.error(message) }
    return value
  }
}
