/// The parameters of one query as libpq wants them: zero-terminated texts, or bytes with a length.
///
/// All values lie in one buffer; `value(at:)` is found by offset, so encoding allocates a fixed number of arrays.
struct EncodedParameters: Sendable {
  /// libpq's limit: the count travels as 16 bits (PostgreSQL 15 manual, 55.7, "Bind").
  static let maximumCount = 65_535

  private(set) var bytes: [UInt8] = []
  /// Where each value starts; nil is NULL.
  private(set) var offsets: [Int?] = []
  private(set) var lengths: [Int32] = []
  /// 0 is text, 1 is binary.
  private(set) var formats: [Int32] = []

  var count: Int { offsets.count }

  init(_ parameters: [SQLParameter]) throws(DatabaseError) {
    guard parameters.count <= Self.maximumCount else {
      throw DatabaseError(
        .invalidParameter,
        "A statement takes at most \(Self.maximumCount) parameters, this one has \(parameters.count)."
      )
    }
    offsets.reserveCapacity(parameters.count)
    lengths.reserveCapacity(parameters.count)
    formats.reserveCapacity(parameters.count)
    for (index, parameter) in parameters.enumerated() {
      try append(parameter, position: index + 1)
    }
  }

  private mutating func append(_ parameter: SQLParameter, position: Int) throws(DatabaseError) {
    switch parameter {
    case .null:
      offsets.append(nil)
      lengths.append(0)
      formats.append(0)
    case .text(let text):
      let start = bytes.count
      try appendChecked(text, position: position)
      endText(from: start)
    case .bytes(let value):
      offsets.append(bytes.count)
      lengths.append(Int32(clamping: value.count))
      formats.append(1)
      bytes.append(contentsOf: value)
    case .int(let value):
      appendText(String(value))
    case .bool(let value):
      appendText(value ? "t" : "f")
    case .double(let value):
      appendText(Self.text(of: value))
    case .textArray(let values):
      let start = bytes.count
      try appendArray(values, position: position)
      endText(from: start)
    }
  }

  private mutating func appendText(_ text: String) {
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    endText(from: start)
  }

  private mutating func endText(from start: Int) {
    offsets.append(start)
    lengths.append(Int32(clamping: bytes.count - start))
    formats.append(0)
    bytes.append(0)
  }

  private mutating func appendChecked(_ text: String, position: Int) throws(DatabaseError) {
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    guard !bytes[start...].contains(0) else {
      throw DatabaseError(
        .invalidParameter,
        "Text must not contain the character U+0000.",
        detail: "parameter $\(position)"
      )
    }
  }

  /// Array input syntax with every element quoted (PostgreSQL 15 manual, 8.15.6), so that no element reads as NULL or
  /// as structure.
  private mutating func appendArray(_ values: [String], position: Int) throws(DatabaseError) {
    bytes.append(UInt8(ascii: "{"))
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(UInt8(ascii: "\""))
      for byte in value.utf8 {
        guard byte != 0 else {
          throw DatabaseError(
            .invalidParameter,
            "Text must not contain the character U+0000.",
            detail: "parameter $\(position), element \(index + 1)"
          )
        }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
        bytes.append(byte)
      }
      bytes.append(UInt8(ascii: "\""))
    }
    bytes.append(UInt8(ascii: "}"))
  }

  /// The shortest digits that read back as the same value; PostgreSQL has its own words for the values without digits.
  private static func text(of value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return String(value)
  }
}
