import HTTPTypes
import Testing

@testable import Server

@Suite struct EdgeTests {
  @Test func writesTheDateAsRFC9110Does() {
    #expect(DateField.text(of: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(DateField.text(of: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
  }

  @Test func keepsAPlainRequestIDAndReplacesOthers() {
    #expect(RequestIdentifier.of(["X-Request-ID": "abc-1.2_3"].httpFields) == "abc-1.2_3")
    for hostile in ["", "a b", "é", String(repeating: "a", count: 65), "a\"b"] {
      let id = RequestIdentifier.of(["X-Request-ID": hostile].httpFields)
      #expect(id != hostile)
      #expect(id.utf8.count == 32)
    }
  }

  @Test func addsSecurityFieldsButKeepsTheHandlers() {
    var fields: HTTPFields = [.cacheControl: "private, max-age=5"]
    SecurityHeaders.apply(to: &fields)
    #expect(fields[.cacheControl] == "private, max-age=5")
    #expect(fields[.xContentTypeOptions] == "nosniff")
    #expect(fields[.contentSecurityPolicy] == "default-src 'none'; frame-ancestors 'none'")
  }

  @Test func allowsConfiguredOriginsOnly() {
    let policy = CORSPolicy(origins: ["https://app.example"])
    var fields = HTTPFields()
    policy.apply(to: &fields, for: [.origin: "https://app.example"])
    #expect(fields[.accessControlAllowOrigin] == "https://app.example")
    #expect(fields[.vary] == "Origin")

    fields = HTTPFields()
    policy.apply(to: &fields, for: [.origin: "https://evil.example"])
    #expect(fields[.accessControlAllowOrigin] == nil)
    #expect(fields[.vary] == "Origin")

    fields = HTTPFields()
    CORSPolicy(origins: []).apply(to: &fields, for: [.origin: "https://app.example"])
    #expect(fields.isEmpty)
  }

  @Test func answersPreflightsOfConfiguredOriginsOnly() {
    let policy = CORSPolicy(origins: ["https://app.example"])
    func preflight(_ origin: String, _ method: HTTPRequest.Method = .options) -> HTTPFields? {
      policy.preflight(
        HTTPRequest(
          method: method,
          scheme: nil,
          authority: nil,
          path: "/graphql",
          headerFields: [.origin: origin, .accessControlRequestMethod: "POST"]
        )
      )
    }
    #expect(preflight("https://app.example")?[.accessControlAllowMethods] == "GET, POST, DELETE, OPTIONS")
    #expect(preflight("https://evil.example") == nil)
    #expect(preflight("https://app.example", .post) == nil)
  }

  @Test func readsBase64URLAsEncodersWriteIt() {
    #expect(Base64URL.decode("".utf8) == [])
    #expect(Base64URL.decode("AQID".utf8) == [1, 2, 3])
    #expect(Base64URL.decode("_-8".utf8) == [0xFF, 0xEF])
    #expect(Base64URL.decode("AQ".utf8) == [1])
    #expect(Base64URL.decode("AR".utf8) == nil)
    #expect(Base64URL.decode("A".utf8) == nil)
    #expect(Base64URL.decode("AQ==".utf8) == nil)
    #expect(Base64URL.decode("A+/A".utf8) == nil)
  }

  @Test func endsWorkThatTakesTooLong() async throws {
    #expect(try await Deadline.run(within: .seconds(60)) { 7 } == 7)
    await #expect(throws: Deadline.Exceeded.self) {
      try await Deadline.run(within: .milliseconds(1)) { try await Task.sleep(for: .seconds(60)) }
    }
  }

  @Test func keepsWhatCancelledWorkStillBrings() async throws {
    let value = try await Deadline.run(within: .milliseconds(1)) {
      try? await Task.sleep(for: .seconds(60))
      return Task.isCancelled
    }
    #expect(value)
  }

  @Test func endsWorkThatNobodyWaitsFor() async throws {
    let connection = ConnectionState()
    await #expect(throws: CancellationError.self) {
      try await Deadline.run(within: .seconds(60), watching: connection) {
        connection.close()
        try await Task.sleep(for: .seconds(60))
      }
    }
    await #expect(throws: CancellationError.self) {
      try await Deadline.run(within: .seconds(60), watching: connection) { try await Task.sleep(for: .seconds(60)) }
    }
  }
}
