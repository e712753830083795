import JSON
import Testing

/// RFC 8259 section 4: names should be unique. A request in which they are not means different things to different
/// readers, so it is refused.
@Suite struct DuplicateKeyTests {
  private func error(_ text: String) -> String? {
    do {
      _ = try JSONDocument(parsing: Array(text.utf8))
      return nil
    } catch {
      return error.description
    }
  }

  /// An object of `count` members, the last of which repeats the key of the member at `repeated`.
  private func object(_ count: Int, repeating repeated: Int) -> String {
    let keys = (0..<count - 1).map { "\"key\($0)\"" } + ["\"key\(repeated)\""]
    return "{\n" + keys.map { "\($0):[{}]" }.joined(separator: ",\n") + "}"
  }

  @Test(arguments: [2, 3, 8, 9, 10, 17, 100, 1000])
  func areRefusedWithTheirPlaceInObjectsOfAnySize(count: Int) {
    for repeated in Set([0, (count - 2) / 2, count - 2]) {
      #expect(error(object(count, repeating: repeated)) == "Duplicate key at line \(count + 1), column 1")
    }
  }

  @Test(arguments: [2, 8, 9, 100, 1000])
  func differentKeysAreNot(count: Int) {
    #expect(error("{" + (0..<count).map { "\"k\($0)\":{\"k\":\($0)}" }.joined(separator: ",") + "}") == nil)
  }

  @Test(arguments: [
    (#"{"":1,"":2}"#, "Duplicate key at line 1, column 7"),
    (#"{"a":{"b":1,"c":2,"b":3}}"#, "Duplicate key at line 1, column 19"),
    (#"[{"a":1},{"a":1,"é":2,"é":3}]"#, "Duplicate key at line 1, column 24"),
    (#"{"é":1,"\u00e9":2}"#, "Duplicate key at line 1, column 9"),
    (#"{"a\n":1,"a\u000a":2}"#, "Duplicate key at line 1, column 10"),
    (#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"\u0061":9}"#, "Duplicate key at line 1, column 50"),
  ])
  func areFoundByWhatTheyMean(text: String, message: String) {
    #expect(error(text) == message)
  }

  @Test func theFirstOneIsFoundInTextsOfOurOwn() throws {
    let document = try JSONDocument(parsing: Array(#"{"a":1,"a":2}"#.utf8), allowsDuplicateKeys: true)
    #expect(document.root["a"]?.int == 1)
  }
}
