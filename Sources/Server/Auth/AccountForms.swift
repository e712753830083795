import JSON

/// Body of `POST /api/v1/auth/register`.
struct RegistrationForm: Equatable {
  var email: String
  var password: String
  var fullName: String
  var workspaceName: String

  /// - Throws: 422 with everything that is wrong.
  init(_ body: [UInt8]) throws(Problem) {
    var form = try FormReader(body)
    email = form.email("email")
    password = form.newPassword("password")
    fullName = form.name("full_name")
    workspaceName = form.name("workspace_name")
    try form.finish()
  }
}

/// Body of `POST /api/v1/auth/login`.
struct LoginForm: Equatable {
  var email: String
  var password: String

  /// - Throws: 422 when a member is missing or no string. What the strings hold is for the login to judge.
  init(_ body: [UInt8]) throws(Problem) {
    var form = try FormReader(body)
    email = form.string("email")
    password = form.string("password", isSecret: true)
    try form.finish()
  }
}

/// Reads strings out of a JSON object and collects what is wrong with them.
private struct FormReader {
  private let root: JSONValue
  private var issues: [FieldIssue] = []

  init(_ body: [UInt8]) throws(Problem) {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: body, maxDepth: 16)
    } catch {
      throw ErrorMapping.invalid([
        FieldIssue(type: "json_invalid", location: ["body"], message: "JSON decode error: \(error)")
      ])
    }
    guard document.root.kind == .object else {
      throw ErrorMapping.invalid([
        FieldIssue(type: "model_attributes_type", location: ["body"], message: "Input should be a valid object")
      ])
    }
    root = document.root
  }

  func finish() throws(Problem) {
    guard issues.isEmpty else { throw ErrorMapping.invalid(issues) }
  }

  /// The empty string when there is none; then there is an issue.
  mutating func string(_ name: String, isSecret: Bool = false) -> String {
    guard let value = root[name] else {
      report("missing", name, "Field required", nil)
      return ""
    }
    guard let text = value.string else {
      report("string_type", name, "Input should be a valid string", isSecret ? nil : value)
      return ""
    }
    return text
  }

  mutating func email(_ name: String) -> String {
    let count = issues.count
    let text = string(name)
    if issues.count == count, !EmailAddress.isPlausible(text) {
      report("value_error", name, "value is not a valid email address", root[name])
    }
    return text
  }

  /// At least 8 characters; at most 72 bytes, since bcrypt ignores what is beyond; nothing that C would take for an end.
  mutating func newPassword(_ name: String) -> String {
    let count = issues.count
    let text = string(name, isSecret: true)
    guard issues.count == count else { return text }
    if text.count < 8 {
      report("string_too_short", name, "String should have at least 8 characters", nil)
    } else if text.utf8.count > 72 {
      report("string_too_long", name, "String should have at most 72 bytes in UTF-8", nil)
    } else if text.utf8.contains(0) {
      report("value_error", name, "String should not contain NUL", nil)
    }
    return text
  }

  /// A text for people: 1 to 200 characters without control characters.
  mutating func name(_ name: String) -> String {
    let count = issues.count
    let text = String(string(name)[...].trimmingSpaces())
    guard issues.count == count else { return text }
    if text.isEmpty {
      report("string_too_short", name, "String should have at least 1 character", root[name])
    } else if text.unicodeScalars.count > 200 {
      report("string_too_long", name, "String should have at most 200 characters", nil)
    } else if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      report("value_error", name, "String should not contain control characters", root[name])
    }
    return text
  }

  private mutating func report(_ type: String, _ name: String, _ message: String, _ input: JSONValue?) {
    issues.append(
      FieldIssue(type: type, location: ["body", name], message: message, input: input.map { Array($0.text) })
    )
  }
}

/// A check of form, not of existence: only a mail that arrives proves an address.
enum EmailAddress {
  static func isPlausible(_ text: String) -> Bool {
    let halves = text.split(separator: "@", omittingEmptySubsequences: false)
    guard text.utf8.count <= 254, halves.count == 2 else { return false }
    return isLocalPart(halves[0]) && isDomain(halves[1])
  }

  private static func isLocalPart(_ text: Substring) -> Bool {
    (1...64).contains(text.utf8.count)
      && !text.hasPrefix(".") && !text.hasSuffix(".") && !text.contains("..")
      && text.unicodeScalars.allSatisfy {
        $0.value > 0x20 && $0.value != 0x7F && !"\"(),:;<>[\\]".unicodeScalars.contains($0)
      }
      && text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0.properties.generalCategory != .control }
  }

  private static func isDomain(_ text: Substring) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return labels.count >= 2
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.unicodeScalars.allSatisfy {
            $0 == "-" || $0.properties.isAlphabetic || $0.properties.numericType != nil
          }
      }
  }
}
