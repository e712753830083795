/// A validator of an answer (RFC 9110 section 8.8.3): 128 bits over its bytes and its media type.
///
/// Strong, since equal bytes of one type are the same answer. It keeps no secret and withstands no attack: whoever could
/// make two bodies collide would only confuse their own cache, for an answer is always computed for its caller first and
/// then compared.
struct EntityTag: Sendable, Equatable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  /// MurmurHash3 (x64, 128 bits; A. Appleby, public domain), about as fast as the bytes can be copied.
  /// - Complexity: O(bytes).
  init(of bytes: [UInt8], mediaType: String) {
    var hash = Murmur3(seed: Self.seed(mediaType))
    unsafe bytes.withUnsafeBytes { unsafe hash.add($0) }
    (high, low) = hash.finish(count: bytes.count)
  }

  /// With its quotes, as it stands in `ETag`.
  var description: String { "\"\(Self.hexadecimal(high))\(Self.hexadecimal(low))\"" }

  /// The tag as an `If-None-Match` names it; nil when it does not. By the weak comparison (section 13.1.2), so also with
  /// the `W/` that compressing the body has added: a 304 must carry the tag of the answer that the client keeps.
  func named(in ifNoneMatch: String) -> String? {
    let own = description
    for item in ifNoneMatch.split(separator: ",") {
      let tag = item.trimmingSpaces()
      if tag == "*" { return own }
      if tag == own || tag == "W/" + own { return String(tag) }
    }
    return nil
  }

  private static func seed(_ mediaType: String) -> UInt64 {
    mediaType.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) }
  }

  private static func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// The state of MurmurHash3_x64_128.
private struct Murmur3 {
  private var first: UInt64
  private var second: UInt64

  private static let factor1: UInt64 = 0x87c3_7b91_1142_53d5
  private static let factor2: UInt64 = 0x4cf5_ad43_2745_937f

  init(seed: UInt64) {
    first = seed
    second = seed
  }

  /// All bytes at once: the last block is padded.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    let blocks = bytes.count / 16
    for block in 0..<blocks {
      let one = unsafe bytes.loadUnaligned(fromByteOffset: block * 16, as: UInt64.self)
      let two = unsafe bytes.loadUnaligned(fromByteOffset: block * 16 + 8, as: UInt64.self)
      mix(UInt64(littleEndian: one), UInt64(littleEndian: two))
    }
    var (one, two): (UInt64, UInt64) = (0, 0)
    for offset in blocks * 16..<bytes.count {
      let position = UInt64(offset - blocks * 16)
      let byte = unsafe UInt64(bytes[offset])
      if position < 8 { one |= byte << (position * 8) } else { two |= byte << (position * 8 - 64) }
    }
    second ^= Self.scramble(two, Self.factor2, 33, Self.factor1)
    first ^= Self.scramble(one, Self.factor1, 31, Self.factor2)
  }

  private mutating func mix(_ one: UInt64, _ two: UInt64) {
    first ^= Self.scramble(one, Self.factor1, 31, Self.factor2)
    first = (Self.rotate(first, 27) &+ second) &* 5 &+ 0x52dc_e729
    second ^= Self.scramble(two, Self.factor2, 33, Self.factor1)
    second = (Self.rotate(second, 31) &+ first) &* 5 &+ 0x3849_5ab5
  }

  consuming func finish(count: Int) -> (UInt64, UInt64) {
    first ^= UInt64(count)
    second ^= UInt64(count)
    first &+= second
    second &+= first
    first = Self.avalanche(first)
    second = Self.avalanche(second)
    first &+= second
    second &+= first
    return (first, second)
  }

  private static func scramble(_ word: UInt64, _ before: UInt64, _ bits: UInt64, _ after: UInt64) -> UInt64 {
    rotate(word &* before, bits) &* after
  }

  private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 {
    word << bits | word >> (64 - bits)
  }

  private static func avalanche(_ word: UInt64) -> UInt64 {
    var word = word
    word ^= word >> 33
    word &*= 0xff51_afd7_ed55_8ccd
    word ^= word >> 33
    word &*= 0xc4ce_b9fe_1a85_ec53
    return word ^ word >> 33
  }
}
