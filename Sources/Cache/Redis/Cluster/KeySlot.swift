/// Which of the 16,384 hash slots of a cluster a key belongs to
/// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/, "Key distribution model" and "Hash tags").
enum KeySlot {
  static let count = 16_384

  static func slot(of key: ArraySlice<UInt8>) -> Int {
    Int(checksum(hashed(key))) & (count - 1)
  }

  /// What stands between the first `{` and the next `}` if that is anything, else the whole key.
  private static func hashed(_ key: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let opening = key.firstIndex(of: UInt8(ascii: "{")) else { return key }
    let rest = key[(opening + 1)...]
    guard let closing = rest.firstIndex(of: UInt8(ascii: "}")), closing > rest.startIndex else { return key }
    return rest[..<closing]
  }

  /// CRC16 in its XMODEM form: polynomial 0x1021, beginning with 0.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
    var sum: UInt16 = 0
    for byte in bytes { sum = (sum << 8) ^ table[Int((sum >> 8) ^ UInt16(byte))] }
    return sum
  }

  private static let table: [UInt16] = (0..<256).map { byte in
    var sum = UInt16(byte) << 8
    for _ in 0..<8 { sum = sum & 0x8000 == 0 ? sum << 1 : (sum << 1) ^ 0x1021 }
    return sum
  }
}
