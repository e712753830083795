import HTTPTypes

/// The name under which a request stands in logs and in its response's `X-Request-ID`.
enum RequestIdentifier {
  static let field = HTTPField.Name("X-Request-ID")

  /// The caller's own id when it is short and plain, so that it cannot forge log lines; else a fresh one.
  static func of(_ fields: HTTPFields) -> String {
    guard let name = field, let given = fields[name], isPlain(given) else { return RandomID.make() }
    return given
  }

  private static func isPlain(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}
