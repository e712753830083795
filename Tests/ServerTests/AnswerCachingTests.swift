import HTTPTypes
import Testing

@testable import Server

/// RFC 9111, and RFC 9110 sections 8.8.3 and 13.1.2.
@Suite struct AnswerCachingTests {
  private static let json = "application/json"

  /// Vectors of the reference implementation (smhasher, MurmurHash3_x64_128 with seed 0).
  @Test(
    arguments: zip(
      ["", "hello", "hello, world", "The quick brown fox jumps over the lazy dog"],
      [
        "00000000000000000000000000000000", "cbd8a7b341bd9b025b1e906a48ae1d19", "342fac623a5ebc8e4cdcbc079642414d",
        "e34bbc7bbc071b6c7a433ca9c49a9347",
      ]
    )
  )
  func hashesAsTheReferenceDoes(text: String, digits: String) {
    #expect(EntityTag(of: Array(text.utf8), mediaType: "").description == "\"\(digits)\"")
  }

  @Test func everyByteAndTheMediaTypeCount() {
    var bytes = (0..<100).map { UInt8($0) }
    var tags: Set<String> = [EntityTag(of: bytes, mediaType: Self.json).description]
    for index in bytes.indices {
      bytes[index] ^= 0x80
      tags.insert(EntityTag(of: bytes, mediaType: Self.json).description)
      bytes[index] ^= 0x80
    }
    for count in 0..<100 { tags.insert(EntityTag(of: Array(bytes[..<count]), mediaType: Self.json).description) }
    tags.insert(EntityTag(of: bytes, mediaType: "application/graphql-response+json").description)
    #expect(tags.count == 202)
  }

  @Test func isNamedByTheWeakComparison() {
    let tag = EntityTag(of: [1, 2, 3], mediaType: Self.json)
    #expect(tag.named(in: tag.description) == tag.description)
    #expect(tag.named(in: "W/\(tag)") == "W/\(tag)", "the form that the client keeps")
    #expect(tag.named(in: "\"x\" , \"y\",\(tag)") == tag.description)
    #expect(tag.named(in: "*") == tag.description)
    for other in ["", "\"x\"", tag.description.replacing("\"", with: ""), "w/\(tag)", "W/*"] {
      #expect(tag.named(in: other) == nil, "\(other)")
    }
  }

  @Test(
    arguments: zip(
      [nil, .zero, .milliseconds(999), .seconds(1), .milliseconds(59_999)] as [Duration?],
      ["no-store", "private, no-cache", "private, no-cache", "private, max-age=1", "private, max-age=59"]
    )
  )
  func saysHowLongAnAnswerIsGood(remaining: Duration?, field: String) {
    #expect(AnswerCaching.cacheControl(remaining) == field)
  }

  @Test func whatMustNotBeKeptHasNoTag() {
    var fields = HTTPFields()
    let isKnown = AnswerCaching.apply(nil, to: [1], mediaType: Self.json, for: [.ifNoneMatch: "*"], into: &fields)
    #expect(!isKnown)
    #expect(fields == [.cacheControl: "no-store"])
  }

  @Test func timesAreWrittenInMilliseconds() {
    #expect(ServerTiming.milliseconds(.zero) == "0.000")
    #expect(ServerTiming.milliseconds(.microseconds(7)) == "0.007")
    #expect(ServerTiming.milliseconds(.microseconds(12_034)) == "12.034")
    #expect(ServerTiming.milliseconds(.nanoseconds(999)) == "0.000")
  }
}
