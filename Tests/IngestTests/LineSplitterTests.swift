import Testing

@testable import Ingest

@Suite struct LineSplitterTests {
  private func lines(_ text: String, pieces size: Int, limit: Int = 1000) -> [LineSplitter.Line] {
    var splitter = LineSplitter(limit: limit)
    var lines: [LineSplitter.Line] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
      splitter.feed(Array(bytes[start..<min(start + size, bytes.count)])) { lines.append($0) }
    }
    splitter.finish { lines.append($0) }
    return lines
  }

  @Test(arguments: 1...9)
  func findsTheSameLinesWhateverThePieces(size: Int) {
    let expected = ["first", "", "second", "third"].map { LineSplitter.Line.text(Array($0.utf8)) }
    #expect(lines("first\n\r\nsecond\r\nthird", pieces: size) == expected)
    #expect(lines("first\n\nsecond\nthird\n", pieces: size) == expected)
  }

  @Test(arguments: [1, 3, 100])
  func dropsALineThatIsTooLongAndGoesOn(size: Int) {
    let expected: [LineSplitter.Line] = [.text(Array("12345".utf8)), .tooLong, .text(Array("ok".utf8)), .tooLong]
    #expect(lines("12345\n123456\nok\n1234567", pieces: size, limit: 5) == expected)
  }

  @Test func nothingHasNoLines() {
    #expect(lines("", pieces: 1).isEmpty)
  }
}
