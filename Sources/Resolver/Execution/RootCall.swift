import Cache
import Crypto
import Schema

/// One distinct call of a root field in a request: however many aliases ask for it, it is fetched once.
struct RootCall: Sendable {
  /// Index into ``SchemaBinding/roots``.
  let root: Int
  let call: FieldCall
  /// Where the value is cached; nil when the field is not.
  let key: CacheKey?
  /// Canonical text of the arguments: two calls of one field are the same when it is.
  let argumentsText: [UInt8]

  init(root: Int, bound: BoundRoot, call: FieldCall) {
    self.root = root
    self.call = call
    argumentsText = call.arguments.canonicalJSON
    let text = argumentsText
    key = bound.cache.flatMap { policy in
      policy.pattern.render { placeholder in
        switch placeholder {
        case "workspace_id": call.workspaceID.text
        case "filters_hash", "args_hash": Self.hash(text)
        default: bound.resolver.keyValue(placeholder, call)
        }
      }
    }
  }

  /// SHA-256, first 32 hexadecimal digits.
  private static func hash(_ text: [UInt8]) -> String {
    var result = ""
    for byte in SHA256.hash(data: text).prefix(16) {
      result += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
    }
    return result
  }
}
