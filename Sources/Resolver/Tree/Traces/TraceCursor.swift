import Schema

/// Where a trace stands in a list: the values that the list is sorted by. What is inserted or deleted elsewhere does not
/// move it.
struct TraceCursor: Sendable, Hashable {
  let order: TraceOrder
  let timestamp: Instant
  /// Latency or cost as text; empty when the list is sorted by time.
  let value: String
  let traceID: String

  /// Text that means nothing to clients.
  var text: String {
    let fields = [Self.mark(of: order), String(timestamp.microseconds), value, traceID]
    return Base64Text.encode(Array(fields.joined(separator: "|").utf8))
  }

  /// Reads what ``text`` has written, for the same order.
  init(parsing text: String, order: TraceOrder) throws(GraphQLError) {
    guard text.utf8.count <= 4096, let bytes = Base64Text.decode(text),
      let plain = String(validating: bytes, as: UTF8.self)
    else { throw Self.malformed }
    let fields = plain.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count == 4 else { throw Self.malformed }
    guard fields[0] == Self.mark(of: order) else {
      throw GraphQLError("The cursor was made for another orderBy.", code: .badUserInput)
    }
    guard let microseconds = Int64(fields[1]),
      Instant.readableBounds.contains(Instant(microseconds: microseconds)),
      Self.isValue(fields[2], of: order.field), String(fields[3]).isStorable
    else { throw Self.malformed }
    self.init(
      order: order,
      timestamp: Instant(microseconds: microseconds),
      value: String(fields[2]),
      traceID: String(fields[3])
    )
  }

  init(order: TraceOrder, timestamp: Instant, value: String, traceID: String) {
    self.order = order
    self.timestamp = timestamp
    self.value = value
    self.traceID = traceID
  }

  private static let malformed = GraphQLError("The cursor is not one of this list.", code: .badUserInput)

  private static func mark(of order: TraceOrder) -> String {
    "\(order.field.rawValue) \(order.isDescending ? "desc" : "asc")"
  }

  private static func isValue(_ text: Substring, of field: TraceOrder.Field) -> Bool {
    switch field {
    case .time: return text.isEmpty
    case .latency: return Int32(text) != nil
    case .cost:
      let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
      let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      return text.utf8.count - digits.count <= 1 && parts.count <= 2
        && parts.allSatisfy { part in
          !part.isEmpty && part.count <= 1000 && part.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        }
    }
  }
}

/// Base64 with the alphabet that is safe in URLs, without padding (RFC 4648 section 5).
private enum Base64Text {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    var buffer: UInt32 = 0
    var bits = 0
    for byte in bytes {
      buffer = buffer << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(alphabet[Int(buffer >> UInt32(bits)) & 63])
      }
    }
    if bits > 0 { text.append(alphabet[Int(buffer << UInt32(6 - bits)) & 63]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for anything that ``encode(_:)`` does not write.
  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer: UInt32 = 0
    var bits = 0
    for character in text.utf8 {
      guard let digit = alphabet.firstIndex(of: character) else { return nil }
      buffer = buffer << 6 | UInt32(digit)
      bits += 6
      guard bits >= 8 else { continue }
      bits -= 8
      bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
    }
    return encode(bytes) == text ? bytes : nil
  }
}
