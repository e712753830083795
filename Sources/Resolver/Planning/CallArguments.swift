import Cache
import Crypto
import Schema

/// The coerced arguments of a call, with the texts that identify it.
struct CallArguments: Sendable {
  let values: ArgumentValues
  /// Canonical text: two calls of one field are the same when it is.
  let text: [UInt8]
  /// SHA-256 of ``text``, first 32 hexadecimal digits; nil where the field's cache key does not hold it.
  let hash: String?

  init(_ values: ArgumentValues, of step: RootStep, _ binding: SchemaBinding) {
    let root: BoundRoot? = if case .fetch(let root) = step.kind { binding.roots[root] } else { nil }
    let values = step.impliedArgument?.completing(values) ?? values
    self.values = values
    text = values.canonicalJSON
    let isHashed = root?.cache?.pattern.placeholders.contains { $0 == "filters_hash" || $0 == "args_hash" } == true
    hash = isHashed ? Self.hash(text) : nil
  }

  private static func hash(_ text: [UInt8]) -> String {
    var result = ""
    for byte in SHA256.hash(data: text).prefix(16) {
      result += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
    }
    return result
  }
}
