import HTTPTypes
import Testing

@testable import Server

@Suite struct ContentCodingTests {
  private static let text = Array(String(repeating: "{\"alerts\":[1,2,3]}", count: 500).utf8)

  @Test(arguments: [ContentCoding.gzip, .br])
  func readsWhatItWrites(coding: ContentCoding) throws {
    let encoded = try #require(Compression.encode(Self.text, as: coding))
    #expect(encoded.count < 200)
    #expect(try Decompression.decode(encoded, from: coding, limit: Self.text.count) == Self.text)
    #expect(throws: Decompression.Failure.tooLarge) {
      try Decompression.decode(encoded, from: coding, limit: Self.text.count - 1)
    }
    #expect(throws: Decompression.Failure.malformed) {
      try Decompression.decode(Array(encoded.dropLast()), from: coding, limit: 1 << 20)
    }
    #expect(throws: Decompression.Failure.malformed) {
      try Decompression.decode(encoded + [0], from: coding, limit: 1 << 20)
    }
  }

  @Test(arguments: ContentCoding.allCases)
  func refusesWhatIsOfAnotherKind(coding: ContentCoding) {
    for bytes in [[], Array("{\"query\":\"{a}\"}".utf8), [0x1F, 0x8B, 8]] as [[UInt8]] {
      #expect(throws: Decompression.Failure.malformed) { try Decompression.decode(bytes, from: coding, limit: 100) }
    }
  }

  @Test func joinsTheMembersOfAGzipBody() throws {
    let one = try #require(Compression.encode(Array("ab".utf8), as: .gzip))
    let two = try #require(Compression.encode(Array("cd".utf8), as: .gzip))
    #expect(try Decompression.decode(one + two, from: .gzip, limit: 4) == Array("abcd".utf8))
  }

  @Test func readsDeflateWithTheZlibHeader() throws {
    // python3 -c "import zlib; print(list(zlib.compress(b'abc')))"
    let bytes: [UInt8] = [120, 156, 75, 76, 74, 6, 0, 2, 77, 1, 39]
    #expect(try Decompression.decode(bytes, from: .deflate, limit: 3) == Array("abc".utf8))
  }

  /// 64 MiB of zeros in some kilobytes: the work ends when the limit is passed.
  @Test(arguments: [ContentCoding.gzip, .br])
  func stopsAtABomb(coding: ContentCoding) throws {
    let bomb = try #require(Compression.encode([UInt8](repeating: 0, count: 64 << 20), as: coding))
    #expect(bomb.count < 400_000)
    #expect(throws: Decompression.Failure.tooLarge) { try Decompression.decode(bomb, from: coding, limit: 1 << 20) }
  }

  @Test(
    arguments: zip(
      [nil, "", "identity", "gzip", "X-GZIP", " br ", "deflate", "identity, gzip"],
      [nil, nil, nil, .gzip, .gzip, .br, .deflate, .gzip] as [ContentCoding?]
    )
  )
  func readsContentEncoding(field: String?, coding: ContentCoding?) throws {
    #expect(try ContentCoding.ofRequest(field) == coding)
  }

  @Test(arguments: ["zstd", "gzip, gzip", "gzip;q=1", "compress"])
  func refusesOtherCodingsAndSaysWhich(field: String) {
    let problem = #expect(throws: Problem.self) { try ContentCoding.ofRequest(field) }
    #expect(problem?.status == .unsupportedMediaType)
    #expect(problem.map { ErrorMapping.fields(of: $0)[.acceptEncoding] } == "br, gzip, deflate")
  }

  @Test(
    arguments: zip(
      [
        nil, "", "gzip", "br", "gzip, deflate, br, zstd", "gzip;q=0.9, br;q=0.8", "*", "*;q=0", "gzip;q=0, *", "br;q=0",
        "identity", "gzip;q=0.5, identity", "deflate", "gzip;q=x", "zstd, x-gzip",
      ],
      [nil, nil, .gzip, .br, .br, .gzip, .br, nil, .br, nil, nil, nil, nil, nil, .gzip] as [ContentCoding?]
    )
  )
  func choosesWhatTheClientLikesBest(field: String?, coding: ContentCoding?) {
    #expect(ContentCoding.forResponse(field) == coding)
  }

  @Test func compressesOnlyWhatPays() {
    let compression = ResponseCompression(minimum: 1000)
    func encode(_ body: [UInt8], _ fields: HTTPFields, _ accept: String?) -> (body: [UInt8], fields: HTTPFields) {
      var fields = fields
      return (compression.encode(body, &fields, acceptEncoding: accept), fields)
    }
    let json: HTTPFields = [.contentType: "application/json", .eTag: "\"a\"", .vary: "Accept"]

    let encoded = encode(Self.text, json, "gzip")
    #expect(encoded.body.count < Self.text.count)
    #expect(encoded.fields[.contentEncoding] == "gzip")
    #expect(encoded.fields[.vary] == "Accept, Accept-Encoding")
    #expect(encoded.fields[.eTag] == "W/\"a\"")

    let plain = encode(Self.text, json, nil)
    #expect(plain.body == Self.text)
    #expect(plain.fields[.contentEncoding] == nil)
    #expect(plain.fields[.vary] == "Accept, Accept-Encoding")
    #expect(plain.fields[.eTag] == "\"a\"")

    let small = encode(Array("{}".utf8), json, "gzip")
    #expect(small.fields == json)
    let image = encode(Self.text, [.contentType: "image/png"], "gzip")
    #expect(image.body == Self.text)
    #expect(!ResponseCompression(minimum: 0).concerns(json, length: 10_000))
  }
}
