import Foundation

/// A file that only its owner may read, with a random text that was made up once.
enum SecretFile {
  /// The text, made on the first call.
  static func text(at path: String, bytes: Int) throws -> String {
    if let text = try? String(contentsOfFile: path, encoding: .utf8), !text.isEmpty { return text }
    return try make(at: path, bytes: bytes)
  }

  /// Writes a new text: `bytes` of the system's randomness in hexadecimal.
  static func make(at path: String, bytes: Int) throws -> String {
    var generator = SystemRandomNumberGenerator()
    let text = (0..<bytes).map { _ in
      let byte = UInt8.random(in: .min ... .max, using: &generator)
      return (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
    guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: attributes) else {
      throw GatewayFailure("cannot write '\(path)'")
    }
    return text
  }
}
