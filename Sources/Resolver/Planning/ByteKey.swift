/// Bytes as the key of a dictionary, hashed and compared in one piece: an array of bytes is hashed byte by byte, which
/// takes ten times as long.
struct ByteKey: Hashable, Sendable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  static func == (left: ByteKey, right: ByteKey) -> Bool {
    left.bytes == right.bytes
  }

  func hash(into hasher: inout Hasher) {
    unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
  }
}
