import JSON
import Schema

/// What must hold of any bytes taken for the variables of a request.
public enum VariablesProperty {
  /// Why it does not hold; `nil` when it does. A trap is the other way to fail.
  public static func failure(_ bytes: [UInt8]) -> String? {
    guard let json = try? JSONDocument(parsing: bytes) else { return nil }
    let value = InputValue(json.root)
    if let failure = rewritten(json) ?? canonical(value) { return failure }
    guard case .object(let provided) = value else { return nil }
    return coerced(provided)
  }

  /// Canonical JSON is JSON, and reads as a value with the same canonical JSON.
  private static func canonical(_ value: InputValue) -> String? {
    let text = value.canonicalJSON
    do throws(JSONError) {
      let again = InputValue(try JSONDocument(parsing: text).root)
      return again.canonicalJSON == text ? nil : "Canonical JSON \(shown(text)), then \(shown(again.canonicalJSON))"
    } catch {
      return "Canonical JSON \(shown(text)) is refused: \(error)"
    }
  }

  /// What the writer makes of a document reads as the same values.
  private static func rewritten(_ json: JSONDocument) -> String? {
    var writer = JSONWriter()
    write(json.root, to: &writer)
    do throws(JSONError) {
      let again = try JSONDocument(parsing: writer.bytes)
      return InputValue(again.root) == InputValue(json.root) ? nil : "Written as \(shown(writer.bytes))"
    } catch {
      return "Written JSON \(shown(writer.bytes)) is refused: \(error)"
    }
  }

  private static func write(_ value: JSONValue, to writer: inout JSONWriter) {
    switch value.kind {
    case .null: writer.null()
    case .bool: writer.bool(value.bool ?? false)
    case .string: writer.string(value.string ?? "")
    case .number: writer.raw(value.text)
    case .array:
      writer.beginArray()
      for element in value.elements { write(element, to: &writer) }
      writer.endArray()
    case .object:
      writer.beginObject()
      for member in value.members {
        writer.key(escaping: member.key)
        write(member.value, to: &writer)
      }
      writer.endObject()
    }
  }

  /// What was coerced once is coerced to itself.
  private static func coerced(_ provided: InputObject) -> String? {
    for operation in document.operations.indices {
      guard let first = values(provided, operation) else { continue }
      let names = document.operations[operation].variableDefinitions.indices.map {
        document.variableDefinitions[$0].name
      }
      var members: [InputObject.Member] = []
      for name in names {
        guard let value = first[name] else { continue }
        if let failure = canonical(value) { return failure }
        members.append(InputObject.Member(name: document.text(of: name), value: value))
      }
      guard let second = values(InputObject(members), operation) else {
        return "Refused when coerced again: \(members)"
      }
      for name in names where first[name] != second[name] {
        return
          "\(document.text(of: name)): \(String(describing: first[name])), then \(String(describing: second[name]))"
      }
    }
    return nil
  }

  private static func values(_ provided: InputObject, _ operation: Int) -> VariableValues? {
    try? SmallSchema.schema.coerceVariableValues(document, operation: operation, provided: provided)
  }

  private static func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// One operation for each variable, so that one wrong value hides no other.
  private static let document: Document = {
    let types = [
      "i: Int", "f: Float", "s: String", "b: Boolean", "d: ID", "e: E", "in: F", "o: O", "l: [[Int!]!]", "t: DateTime",
      "x: Decimal", "j: JSON", "u: UUID", "r: F!",
    ]
    let operations = types.map { "query Q\($0.prefix { $0 != ":" })($\($0)) { s }" }
    do {
      return try Parser.parse(Source(operations.joined(separator: "\n")))
    } catch {
      preconditionFailure("\(error)")
    }
  }()
}
