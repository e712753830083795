internal import Crypto

/// The stable identity of an activity: a UUID of version 8 (RFC 9562 section 5.8) that is derived from what happened.
enum ActivityID {
  /// The action of an arrived trace.
  static let traceIngested = "trace_ingested"

  /// SHA-256 over `activity/{workspace}/{action}/{trace}`, cut to 128 bits, with version and variant set.
  ///
  /// Workspace and action contain no slash, so no two triples share a text.
  static func make(workspace: WorkspaceID, action: String, traceID: String) -> String {
    let digest = SHA256.hash(data: Array("activity/\(workspace.text)/\(action)/\(traceID)".utf8))
    var bytes = Array(digest.prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    return text(of: bytes)
  }

  private static func text(of bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 0x0F)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
