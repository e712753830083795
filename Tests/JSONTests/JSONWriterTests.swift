import JSON
import Testing

@Suite struct JSONWriterTests {
  @Test func placesCommasByItself() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a")
    writer.beginArray()
    writer.int(1)
    writer.bool(true)
    writer.null()
    writer.beginObject()
    writer.endObject()
    writer.raw("[2]".utf8)
    writer.endArray()
    writer.key(escaping: "b\"")
    writer.double(2.5)
    writer.key(prepared: Array("\"c\":".utf8)[...])
    writer.string("x")
    writer.endObject()
    #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a":[1,true,null,{},[2]],"b\"":2.5,"c":"x"}"#)
  }

  @Test func escapesWhatMustBeEscapedAndNothingElse() throws {
    let text = String(String.UnicodeScalarView((0...0x7FF).compactMap(Unicode.Scalar.init))) + "\u{2028}😀/"
    var writer = JSONWriter()
    writer.string(text)
    #expect(try JSONDocument(parsing: writer.bytes).root.string == text)
    #expect(String(decoding: writer.bytes, as: UTF8.self).hasPrefix(#""\u0000\u0001"#))
    #expect(String(decoding: writer.bytes, as: UTF8.self).contains(#"\b\t\n\u000b\f\r"#))
  }

  @Test(arguments: [0, 7, -7, Int64.max, Int64.min])
  func writesIntegers(value: Int64) {
    var writer = JSONWriter()
    writer.int(value)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "\(value)")
  }

  @Test func numbersThatJSONHasNotAreNull() {
    var writer = JSONWriter()
    writer.beginArray()
    writer.double(.infinity)
    writer.double(.nan)
    writer.double(42)
    writer.endArray()
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "[null,null,42.0]")
  }

  @Test func rewindForgetsWhatFollowed() {
    var writer = JSONWriter()
    writer.beginArray()
    writer.int(1)
    let mark = writer.mark
    writer.int(2)
    writer.beginObject()
    writer.rewind(to: mark)
    writer.int(3)
    writer.endArray()
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "[1,3]")
  }
}
