/// The identity of a workspace: a UUID in its canonical form of 36 lower-case characters (RFC 9562 section 4).
///
/// Comes out of a verified token, an API key or the internal port's headers; never out of a query's arguments.
public struct WorkspaceID: Sendable, Hashable, CustomStringConvertible {
  /// The canonical text, as it stands in cache keys and SQL parameters.
  public let text: String

  /// Accepts a UUID in either case; nil for anything else.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return nil }
    for (index, byte) in bytes.enumerated() {
      switch index {
      case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return nil }
      default: guard Self.isHexadecimal(byte) else { return nil }
      }
    }
    self.text = text.lowercased()
  }

  /// The nil UUID: no workspace, for engines without tenants.
  public static let none = WorkspaceID(unchecked: "00000000-0000-0000-0000-000000000000")

  private init(unchecked text: String) {
    self.text = text
  }

  public var description: String { text }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
