import JSON
import TestSupport
import Testing

/// Content codings in both directions, over the wire.
@Suite(.needsServers, GatewayTrait(environment: ["MAX_BODY_BYTES": "20000"]), .serialized)
struct CompressionTests {
  private let gateway: GatewayUnderTest

  init() throws {
    gateway = try GatewayUnderTest.required()
  }

  private func post(_ body: [UInt8], _ coding: String) async throws -> HTTPAnswer {
    try await gateway.owner.client.send(
      "POST",
      "/graphql",
      fields: [("Content-Type", "application/json"), ("Content-Encoding", coding)],
      body: body
    )
  }

  /// What a standard tool makes of a text.
  private func encoded(_ text: String, by tool: String) async throws -> [UInt8] {
    let script = "import base64, gzip, zlib, sys; t = sys.argv[1].encode(); print(base64.b16encode(\(tool)).decode())"
    let output = try await Program.run("python3", ["-c", script, text])
    let digits = output.utf8.filter { $0 != UInt8(ascii: "\n") }
    return stride(from: 0, to: digits.count, by: 2).compactMap { index in
      UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)
    }
  }

  private static let typename = #"{"query":"{ __typename }"}"#

  @Test(arguments: [("gzip", "gzip.compress(t)"), ("deflate", "zlib.compress(t)")])
  func readsABodyThatIsCompressed(coding: String, tool: String) async throws {
    let answer = try await post(try await encoded(Self.typename, by: tool), coding)
    #expect(answer.text == #"{"data":{"__typename":"Query"}}"#)
  }

  /// `brotli.compress` of Python's Brotli 1.2, of what ``typename`` is and of two million spaces.
  private static let brotli: [UInt8] =
    [0x8b, 0x0c, 0x80] + #"{"query":"{ __typename }"}"#.utf8 + [0x03]
  private static let brotliBomb: [UInt8] = [
    0x9b, 0x7f, 0x84, 0x1e, 0xf8, 0x25, 0x40, 0xe2, 0xb1, 0x40, 0x20, 0x87, 0xcf, 0x03,
  ]

  @Test func readsBrotli() async throws {
    #expect(try await post(Self.brotli, "br").text == #"{"data":{"__typename":"Query"}}"#)
    #expect(try await post(Self.brotliBomb, "br").status == 413)
  }

  @Test func stopsAtWhatUnpacksToMoreThanTheLimit() async throws {
    let bomb = try await encoded(" ", by: "gzip.compress(b' ' * 2000000)")
    #expect(bomb.count < 20_000)
    let answer = try await post(bomb, "gzip")
    #expect(answer.status == 413)
    #expect(
      answer.text
        == #"{"errors":[{"message":"The request body is too large","extensions":{"code":"BYTE_LIMIT_EXCEEDED"}}]}"#
    )
  }

  @Test(arguments: ["gzip", "deflate", "br"])
  func saysThatABodyCannotBeUnpacked(coding: String) async throws {
    let answer = try await post(Array(Self.typename.utf8), coding)
    #expect(answer.status == 400)
    #expect(
      answer.text == #"{"errors":[{"message":"The request body is not well-formed \#(coding)","#
        + #""extensions":{"code":"BAD_REQUEST"}}]}"#
    )
  }

  @Test func saysWhichCodingsThereAre() async throws {
    let answer = try await post(Array(Self.typename.utf8), "zstd")
    #expect(answer.status == 415)
    #expect(answer["accept-encoding"] == "br, gzip, deflate")
  }

  @Test(arguments: [
    "/api/v1/traces?limit=50", "/graphql?query=%7Btraces%7Bitems%7BtraceId%20agentId%20status%7D%7D%7D",
  ])
  func compressesALargeAnswerForWhoAsks(path: String) async throws {
    let plain = try await gateway.owner.client.get(path)
    #expect(plain.body.count > 1024)
    #expect(plain["content-encoding"] == nil)
    #expect(plain["vary"]?.hasSuffix("Accept-Encoding") == true)

    for (coding, tool) in [("gzip", "gzip.decompress"), ("br", "")] {
      let answer = try await gateway.owner.client.get(path, fields: [("Accept-Encoding", coding)])
      #expect(answer.status == 200)
      #expect(answer["content-encoding"] == coding)
      #expect(answer["content-length"] == "\(answer.body.count)")
      #expect(answer.body.count < plain.body.count / 2)
      if tool.isEmpty { continue }
      let hexadecimal = answer.body.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }
      let script = "import gzip, sys; sys.stdout.buffer.write(\(tool)(bytes.fromhex(sys.argv[1])))"
      #expect(try await Program.run("python3", ["-c", script, hexadecimal.joined()]) == plain.text)
    }
  }

  @Test func leavesASmallAnswerAsItIs() async throws {
    let answer = try await gateway.owner.client.get("/health", fields: [("Accept-Encoding", "gzip")])
    #expect(answer["content-encoding"] == nil)
    #expect(answer["vary"] == nil)
  }
}
