/// A `documentId` (GraphQL over HTTP, appendix "Persisted Documents", section "Document identifier syntax").
enum DocumentIdentifier: Sendable, Hashable {
  /// `sha256:` and 64 lower-case hexadecimal digits.
  case sha256(DocumentHash)
  /// Without a colon: what a trusted document, or an operation in it, is called.
  case name(String)

  /// - Throws: why the text is no identifier.
  init(_ text: String) throws(Problem) {
    guard let colon = text.firstIndex(of: ":") else {
      guard !text.isEmpty, text.utf8.allSatisfy(Self.isUnreserved) else {
        throw ErrorMapping.badRequest("\"documentId\" may hold letters, digits, \"-\", \".\", \"_\" and \"~\"")
      }
      self = .name(text)
      return
    }
    let payload = text[text.index(after: colon)...]
    guard text[..<colon] == "sha256", let hash = DocumentHash(payload), hash.description == payload else {
      throw ErrorMapping.badRequest(
        "A \"documentId\" with a colon must be \"sha256:\" and 64 lower-case hexadecimal digits"
      )
    }
    self = .sha256(hash)
  }

  static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
