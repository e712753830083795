internal import JSON

/// Takes checked fields out of one JSON object; knows what to say when they are not right.
struct FieldReader {
  let object: JSONValue
  /// What stands before a field's name in messages, such as `spans[2].`.
  let path: String

  init(object: JSONValue, path: String = "") {
    self.object = object
    self.path = path
  }

  /// The member, unless it is absent or null.
  func value(_ name: String) -> JSONValue? {
    guard let value = object[name], !value.isNull else { return nil }
    return value
  }

  func error(_ name: String, _ problem: String, _ expectation: String) -> TraceInputError {
    TraceInputError(field: path + name, problem: problem, expectation: expectation)
  }

  // MARK: Text

  /// A required, non-empty text of at most ``TraceLimits/identifierLength`` characters.
  func identifier(_ name: String) throws(TraceInputError) -> String {
    let limit = TraceLimits.identifierLength
    let text = try requiredText(name, limit: limit)
    guard !text.isEmpty else { throw error(name, "is empty", "a text of 1 to \(limit) characters") }
    return text
  }

  func requiredText(_ name: String, limit: Int) throws(TraceInputError) -> String {
    guard let text = try text(name, limit: limit) else {
      throw error(name, "is missing", "a text of 1 to \(limit) characters")
    }
    return text
  }

  func text(_ name: String, limit: Int) throws(TraceInputError) -> String? {
    guard let value = value(name) else { return nil }
    return try checkedText(value, name, limit: limit)
  }

  private func checkedText(_ value: JSONValue, _ name: String, limit: Int) throws(TraceInputError) -> String {
    let expectation = "a text of at most \(limit) characters"
    guard let text = value.string else { throw error(name, "is \(describe(value))", expectation) }
    guard text.utf8.count <= limit || text.unicodeScalars.count <= limit else {
      throw error(name, "has \(text.unicodeScalars.count) characters", expectation)
    }
    try rejectNull(in: text, name)
    return text
  }

  /// A text of any length. Messages never quote it.
  func longText(_ name: String) throws(TraceInputError) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.string else { throw error(name, "is \(describeKind(value))", "a text or null") }
    try rejectNull(in: text, name)
    return text
  }

  /// PostgreSQL's `text` and `jsonb` cannot hold U+0000 (manual, 8.3 and 8.14).
  private func rejectNull(in text: String, _ name: String) throws(TraceInputError) {
    if text.utf8.contains(0) { throw error(name, "holds the character U+0000", "a text without it") }
  }

  func texts(_ name: String, limit: Int, length: Int) throws(TraceInputError) -> [String] {
    var texts: [String] = []
    for (index, value) in try elements(name, limit: limit, of: "texts").enumerated() {
      texts.append(try checkedText(value, "\(name)[\(index)]", limit: length))
    }
    return texts
  }

  /// The elements of an array; none when it is absent.
  func elements(_ name: String, limit: Int, of what: String) throws(TraceInputError) -> [JSONValue] {
    guard let value = value(name) else { return [] }
    let expectation = "an array of at most \(limit) \(what)"
    guard value.kind == .array else { throw error(name, "is \(describe(value))", expectation) }
    let elements = value.elements
    guard elements.count <= limit else { throw error(name, "has \(elements.count) elements", expectation) }
    return elements
  }

  // MARK: Numbers

  func latency(_ name: String) throws(TraceInputError) -> Int32 {
    guard let latency = try optionalLatency(name) else { throw error(name, "is missing", Self.wholeNumber) }
    return latency
  }

  func optionalLatency(_ name: String) throws(TraceInputError) -> Int32? {
    try count(name)
  }

  /// A whole number from 0; `12.0` is one.
  func count(_ name: String) throws(TraceInputError) -> Int32? {
    guard let value = value(name) else { return nil }
    guard value.kind == .number, let number = ExactDecimal(utf8: value.text)?.integer,
      let count = Int32(exactly: number), count >= 0
    else { throw error(name, "is \(describe(value))", Self.wholeNumber) }
    return count
  }

  private static let wholeNumber = "a whole number from 0 to 2147483647"

  func decimal(
    _ name: String,
    expectation: String,
    where isValid: (ExactDecimal) -> Bool
  ) throws(TraceInputError) -> ExactDecimal? {
    guard let value = value(name) else { return nil }
    guard value.kind == .number, let number = ExactDecimal(utf8: value.text), isValid(number) else {
      throw error(name, "is \(describe(value))", expectation)
    }
    return number
  }

  // MARK: Status and time

  func status(_ name: String) throws(TraceInputError) -> TraceStatus {
    guard let status = try optionalStatus(name) else { throw error(name, "is missing", Self.statuses) }
    return status
  }

  func optionalStatus(_ name: String) throws(TraceInputError) -> TraceStatus? {
    guard let value = value(name) else { return nil }
    guard let status = value.string.flatMap(TraceStatus.init(rawValue:)) else {
      throw error(name, "is \(describe(value))", Self.statuses)
    }
    return status
  }

  private static let statuses = "success, error or timeout"

  func instant(_ name: String, latest: TraceTimestamp) throws(TraceInputError) -> TraceTimestamp {
    guard let instant = try optionalInstant(name, latest: latest) else {
      throw error(name, "is missing", Self.instants)
    }
    return instant
  }

  func optionalInstant(_ name: String, latest: TraceTimestamp) throws(TraceInputError) -> TraceTimestamp? {
    guard let value = value(name) else { return nil }
    guard let instant = value.string.flatMap(TraceTimestamp.init) else {
      throw error(name, "is \(describe(value))", Self.instants)
    }
    guard instant >= .earliest, instant <= latest else {
      throw error(
        name,
        "is \(describe(value))",
        "an instant from \(TraceTimestamp.earliest) to \(latest), 24 h from now"
      )
    }
    return instant
  }

  private static let instants = "an ISO 8601 instant with its offset, such as 2026-03-14T09:26:53Z"

  // MARK: Objects

  /// The JSON text of an object that `jsonb` can hold; `{}` when it is absent.
  func objectText(_ name: String) throws(TraceInputError) -> [UInt8] {
    guard let value = value(name) else { return emptyJSONObject }
    guard value.kind == .object else { throw error(name, "is \(describeKind(value))", "an object or null") }
    if holdsEscapedNull(value.text) { throw error(name, "holds the character U+0000", "an object without it") }
    let limit = TraceLimits.numberLength
    guard numbersFit(value, limit) else {
      throw error(
        name,
        "holds a number too large to store",
        "numbers of at most \(limit) digits with exponents up to \(limit)"
      )
    }
    return Array(value.text)
  }

  private func holdsEscapedNull(_ text: ArraySlice<UInt8>) -> Bool {
    var index = text.startIndex
    while let backslash = text[index...].firstIndex(of: UInt8(ascii: "\\")) {
      if text[backslash...].starts(with: "\\u0000".utf8) { return true }
      index = min(backslash + 2, text.endIndex)
    }
    return false
  }

  private func numbersFit(_ value: JSONValue, _ limit: Int) -> Bool {
    let nodes = value.document.nodes
    for index in value.index..<value.document.next(after: value.index) where nodes[index].kind == .number {
      let text = value.document.bytes[value.document.range(of: index)]
      guard text.count <= limit else { return false }
      guard let mark = text.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { continue }
      let digits = text[(mark + 1)...].drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
      guard let exponent = Int(String(decoding: digits, as: UTF8.self)), exponent <= limit else { return false }
    }
    return true
  }
}

/// What a value is, for a message: scalars as they stand (shortened), containers by kind.
func describe(_ value: JSONValue) -> String {
  switch value.kind {
  case .string: quote(value.string ?? "")
  case .number, .bool: shortened(String(decoding: value.text.prefix(200), as: UTF8.self))
  case .null, .array, .object: describeKind(value)
  }
}

func describeKind(_ value: JSONValue) -> String {
  switch value.kind {
  case .string: "a text"
  case .number: "a number"
  case .bool: "a boolean"
  case .null: "null"
  case .array: "an array"
  case .object: "an object"
  }
}

/// The text in quotes, at most 40 characters of it, control characters as `?`.
func quote(_ text: String) -> String {
  var printable = String.UnicodeScalarView()
  for scalar in text.unicodeScalars.prefix(200) {
    printable.append(scalar.properties.generalCategory == .control ? "?" : scalar)
  }
  return "\"\(shortened(String(printable)))\""
}

private func shortened(_ text: String) -> String {
  text.unicodeScalars.count <= 40 ? text : String(text.unicodeScalars.prefix(40)) + "…"
}
