extension ArgumentValues {
  /// All present arguments as one JSON object, members sorted by name, without white space: equal arguments give equal
  /// bytes, so the bytes can be hashed into a cache key. Enum values are written as strings.
  public var canonicalJSON: [UInt8] {
    var members: [InputObject.Member] = []
    for (name, value) in zip(names, values) {
      if let value { members.append(InputObject.Member(name: name, value: value)) }
    }
    return InputValue.object(InputObject(members)).canonicalJSON
  }
}

extension InputValue {
  /// Compact JSON with sorted members. RFC 8259; strings escape only what must be escaped.
  public var canonicalJSON: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  private func append(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .boolean(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .int(let value): bytes.append(contentsOf: String(value).utf8)
    case .number(let text): bytes.append(contentsOf: text.utf8)
    case .string(let text), .enumeration(let text): Self.append(text, to: &bytes)
    case .list(let items):
      bytes.append(0x5B)
      for (index, item) in items.enumerated() {
        if index > 0 { bytes.append(0x2C) }
        item.append(to: &bytes)
      }
      bytes.append(0x5D)
    case .object(let object):
      bytes.append(0x7B)
      for (index, member) in object.members.sorted(by: { $0.name < $1.name }).enumerated() {
        if index > 0 { bytes.append(0x2C) }
        Self.append(member.name, to: &bytes)
        bytes.append(0x3A)
        member.value.append(to: &bytes)
      }
      bytes.append(0x7D)
    }
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C:
        bytes.append(0x5C)
        bytes.append(byte)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(0x22)
  }
}
