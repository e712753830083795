import Schema
import Testing

/// The lexer reads names eight bytes at a time; these stand around the edges of that.
struct NameTests {
  /// Specification, section 2.1.9.
  private static let nameBytes = Set("_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

  @Test func namesOfAnyLengthAreReadWhole() throws {
    for length in 1...40 {
      let name = String(repeating: "n", count: length)
      let document = try Parser.parse(Source("{\(name) \(name)x \(name)}"))
      let names = document.selections.map(\.name)
      #expect(names.map(document.text) == [name, name + "x", name])
      #expect(names[0].symbol == names[2].symbol)
      #expect(names[0].symbol != names[1].symbol)
    }
  }

  /// Each byte, at each place of a word, ends a name exactly when it may not be part of one.
  @Test(arguments: 1...9) func nameEndsAtTheFirstOtherByte(place: Int) {
    for byte in UInt8.min...UInt8.max where byte < 0x80 {
      let bytes = Array("{".utf8) + [UInt8](repeating: 0x6E, count: place) + [byte] + Array("tail}".utf8)
      let document = try? Parser.parse(Source(bytes: bytes))
      let first = document?.selections.first.map { document?.text(of: $0.responseName).utf8.count ?? 0 }
      let expected = Self.nameBytes.contains(byte) ? place + 5 : place
      if Self.nameBytes.contains(byte) || [0x20, 0x09, 0x0A, 0x0D, 0x2C].contains(byte) {
        #expect(first == expected, "byte \(byte)")
      } else {
        #expect(first == nil || first == expected, "byte \(byte)")
      }
    }
  }

  @Test func manyNamesKeepTheirSymbols() throws {
    let names = (0..<5000).map { "field\($0)" }
    let document = try Parser.parse(Source("{" + (names + names).joined(separator: " ") + "}"))
    #expect(document.symbols.count == names.count)
    #expect(document.selections.map { document.text(of: $0.name) } == names + names)
  }

  @Test func nameAtTheVeryEndIsNotReadBeyond() {
    for length in 0...17 {
      let error = #expect(throws: GraphQLError.self) {
        try Parser.parse(Source("{" + String(repeating: "n", count: length)))
      }
      #expect(error?.message == "Syntax Error: Expected Name, found <EOF>.")
      #expect(error?.locations == [SourceLocation(line: 1, column: length + 2)])
    }
  }

  @Test func bytesThatAreNotUTF8AreRefusedWhereverTheyStand() {
    for length in 0...17 {
      let bytes = Array("{".utf8) + [UInt8](repeating: 0x6E, count: length) + [0xFF, 0x7D]
      let error = #expect(throws: GraphQLError.self) { try Parser.parse(Source(bytes: bytes)) }
      #expect(error?.message == "Syntax Error: Invalid UTF-8: unexpected byte 0xFF.")
    }
  }

  @Test func oneTokenTooManyIsRefused() throws {
    let limits = ParserLimits(maxTokens: 4)
    _ = try Parser.parse(Source("{ a b }\n"), limits: limits)
    let error = #expect(throws: GraphQLError.self) { try Parser.parse(Source("{ a b }}"), limits: limits) }
    #expect(error?.code == .tokenLimitExceeded)
  }
}
