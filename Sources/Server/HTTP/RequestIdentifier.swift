import HTTPTypes
import Synchronization

/// The name under which a request stands in logs and in its response's `X-Request-ID`.
enum RequestIdentifier {
  static let field = HTTPField.Name("X-Request-ID")

  /// The caller's own id, or a fresh one.
  static func of(_ fields: HTTPFields) -> String { given(in: fields) ?? fresh() }

  /// The caller's own id when it is short and plain, so that it cannot forge log lines.
  static func given(in fields: HTTPFields) -> String? {
    guard let name = field, let given = fields[name], isPlain(given) else { return nil }
    return given
  }

  /// 32 hexadecimal digits that no other request has: those of this process, and a number.
  static func fresh() -> String {
    process + RandomID.hexadecimal(number.wrappingAdd(1, ordering: .relaxed).newValue)
  }

  private static let process = RandomID.hexadecimal(.random(in: .min ... .max))
  private static let number = Atomic<UInt64>(0)

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
