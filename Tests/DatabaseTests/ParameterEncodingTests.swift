import Testing

@testable import Database

struct ParameterEncodingTests {
  private func texts(_ parameters: [SQLParameter]) throws -> [String?] {
    let encoded = try EncodedParameters(parameters)
    return zip(encoded.offsets, encoded.lengths).map { offset, length in
      offset.map { String(decoding: encoded.bytes[$0..<$0 + Int(length)], as: UTF8.self) }
    }
  }

  @Test func writesEachKindInTextFormat() throws {
    #expect(
      try texts([
        .null, .text("ä"), .int(.min), .bool(true), .bool(false), .double(0.1), .double(.nan), .double(-.infinity),
        .double(1e300), .text(""),
      ]) == [nil, "ä", "-9223372036854775808", "t", "f", "0.1", "NaN", "-Infinity", "1e+300", ""]
    )
  }

  @Test func quotesEveryArrayElement() throws {
    #expect(
      try texts([.textArray(["plain", "", "NULL", "a,b", "{x}", "quote\"", "back\\slash", " space "]), .textArray([])])
        == [#"{"plain","","NULL","a,b","{x}","quote\"","back\\slash"," space "}"#, "{}"]
    )
  }

  @Test func sendsBytesAsTheyAre() throws {
    let encoded = try EncodedParameters([.bytes([0, 255, 0]), .text("x")])
    #expect(encoded.formats == [1, 0])
    #expect(encoded.lengths == [3, 1])
    #expect(encoded.bytes == [0, 255, 0, UInt8(ascii: "x"), 0])
  }

  @Test(arguments: [SQLParameter.text("a\u{0}b"), .textArray(["a", "\u{0}"])])
  func rejectsZeroBytesInText(_ parameter: SQLParameter) {
    let error = #expect(throws: DatabaseError.self) { try EncodedParameters([.null, parameter]) }
    #expect(error?.code == .invalidParameter)
    #expect(error?.message == "Text must not contain the character U+0000.")
    #expect(error?.detail.hasPrefix("parameter $2") == true)
  }

  @Test func rejectsTooManyParameters() {
    let error = #expect(throws: DatabaseError.self) { try EncodedParameters(Array(repeating: .null, count: 65_536)) }
    #expect(error?.message == "A statement takes at most 65535 parameters, this one has 65536.")
  }
}
