/// Builds the data of one `COPY … FROM STDIN (FORMAT binary)` (PostgreSQL 15 manual, COPY, "Binary Format").
///
/// A field is its length in bytes and the value in the type's `send` format, big-endian throughout; NULL is length -1.
struct CopyBuffer {
  private(set) var bytes: [UInt8] = []
  private(set) var rowCount = 0

  /// Writes the file header.
  init(reserving capacity: Int) {
    bytes.reserveCapacity(capacity)
    bytes.append(contentsOf: Self.signature)
    append(Int32(0))  // flags: no OIDs
    append(Int32(0))  // length of the header extension
  }

  private static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF] + Array("\r\n".utf8) + [0]

  /// Writes the file trailer. Nothing may follow.
  mutating func finish() {
    append(Int16(-1))
  }

  mutating func beginRow(fields: Int16) {
    append(fields)
    rowCount += 1
  }

  mutating func null() {
    append(Int32(-1))
  }

  mutating func text(_ value: String) {
    let utf8 = value.utf8
    append(Int32(utf8.count))
    bytes.append(contentsOf: utf8)
  }

  mutating func text(_ value: String?) {
    if let value { text(value) } else { null() }
  }

  mutating func int4(_ value: Int32) {
    append(Int32(4))
    append(value)
  }

  mutating func int4(_ value: Int32?) {
    if let value { int4(value) } else { null() }
  }

  mutating func uuid(_ value: UUIDBytes) {
    append(Int32(16))
    append(value.high)
    append(value.low)
  }

  /// Microseconds since 2000-01-01T00:00:00Z.
  mutating func timestamptz(_ value: TraceTimestamp) {
    append(Int32(8))
    append(value.microseconds - Self.postgresEpoch)
  }

  private static let postgresEpoch: Int64 = 946_684_800_000_000

  /// A version byte, 1, and the JSON text (`jsonb_recv`).
  mutating func jsonb(_ text: [UInt8]) {
    append(Int32(text.count + 1))
    bytes.append(1)
    bytes.append(contentsOf: text)
  }

  /// Dimensions, a flag for NULLs, the element type; for each dimension its length and lower bound; the elements
  /// (`array_recv`).
  mutating func textArray(_ values: [String]) {
    let lengthAt = bytes.count
    append(Int32(0))
    append(Int32(values.isEmpty ? 0 : 1))
    append(Int32(0))
    append(Self.textOID)
    if !values.isEmpty {
      append(Int32(values.count))
      append(Int32(1))
      for value in values { text(value) }
    }
    setLength(at: lengthAt)
  }

  private static let textOID: Int32 = 25

  mutating func numeric(_ value: ExactDecimal?) {
    if let value { numeric(value) } else { null() }
  }

  /// Number of base-10000 digits, weight of the first, sign, digits after the point; then the digits without
  /// leading and trailing zeros (`numeric_recv`).
  mutating func numeric(_ value: ExactDecimal) {
    // The point must fall between two base-10000 digits.
    let fractionGroups = (value.scale + 3) / 4
    let padding = fractionGroups * 4 - value.scale
    let groups = Base10000(value.coefficient.magnitude * UInt128(Int128(powerOfTen: padding)))
    append(Int32(8 + 2 * groups.count))
    append(Int16(groups.count))
    append(groups.count == 0 ? 0 : Int16(groups.highest - fractionGroups))
    append(Int16(bitPattern: value.isNegative ? 0x4000 : 0))
    append(Int16(value.scale))
    for index in stride(from: groups.highest, through: groups.lowest, by: -1) { append(groups.digits[index]) }
  }

  // MARK: Pieces

  private mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  /// Writes the number of bytes after it into the four that begin at `offset`.
  private mutating func setLength(at offset: Int) {
    let length = UInt32(bytes.count - offset - 4)
    for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
  }
}

/// The digits of a number in base 10000, the least significant first.
private struct Base10000 {
  private(set) var digits: InlineArray<10, Int16> = .init(repeating: 0)
  /// Index of the first digit that is not zero.
  private(set) var lowest = 0
  /// Index of the last digit that is not zero; below `lowest` for the number 0.
  private(set) var highest = -1

  var count: Int { highest - lowest + 1 }

  /// - Precondition: below 10^40, as every coefficient with its padding is.
  init(_ number: UInt128) {
    var rest = number
    var index = 0
    while rest > UInt128(UInt64.max) {
      take(Int16(truncatingIfNeeded: rest % 10_000), at: index)
      rest /= 10_000
      index += 1
    }
    // Most numbers are short, and 64-bit division is many times faster.
    var short = UInt64(rest)
    while short > 0 {
      take(Int16(truncatingIfNeeded: short % 10_000), at: index)
      short /= 10_000
      index += 1
    }
  }

  private mutating func take(_ digit: Int16, at index: Int) {
    guard digit != 0 else { return }
    if highest < 0 { lowest = index }
    digits[index] = digit
    highest = index
  }
}
