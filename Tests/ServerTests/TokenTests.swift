import Crypto
import HTTPTypes
import Resolver
import Synchronization
import Testing

@testable import Server

@Suite struct TokenTests {
  private static let secret = "0123456789abcdef0123456789abcdef"
  private static let workspaceText = "4f0d6f0e-2d4f-4c2c-8a86-b9f4ad30dc10"

  /// A clock that tests set.
  private final class Clock: Sendable {
    private let seconds = Mutex<Int64>(1_760_000_000)
    func now() -> Int64 { seconds.withLock { $0 } }
    func advance(_ amount: Int64) { seconds.withLock { $0 += amount } }
  }

  private let clock = Clock()

  private func authority(secret: String = secret) async -> TokenAuthority {
    let clock = clock
    return await TokenAuthority(secret: secret, lifetime: .seconds(3600), now: { clock.now() })
  }

  private func issue(_ authority: TokenAuthority) async throws -> String {
    let workspace = try #require(WorkspaceID(Self.workspaceText))
    return try await authority.issue(userID: "user-1", workspaceID: workspace, email: "a@b.example", role: "owner").text
  }

  /// A token of any header and payload, signed with HMAC SHA-256 or left with the signature given.
  private func forge(header: String, payload: String, secret: String = secret, signature: [UInt8]? = nil) -> String {
    let signed = "\(Self.encode(Array(header.utf8))).\(Self.encode(Array(payload.utf8)))"
    let mac = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: SymmetricKey(data: Array(secret.utf8)))
    return "\(signed).\(Self.encode(signature ?? Array(mac)))"
  }

  private func payload(
    exp: String = "1760003600",
    iat: String = "1760000000",
    workspace: String = workspaceText,
    more: String = ""
  ) -> String {
    """
    {"user_id":"u","workspace_id":"\(workspace)","email":"a@b.example","iat":\(iat),"exp":\(exp),"jti":"j1"\(more)}
    """
  }

  private static let header = #"{"alg":"HS256","typ":"JWT"}"#

  private static func encode(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var held = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      held += 8
      while held >= 6 {
        held -= 6
        text.append(alphabet[Int(bits >> UInt32(held)) & 63])
      }
    }
    if held > 0 { text.append(alphabet[Int(bits << UInt32(6 - held)) & 63]) }
    return String(decoding: text, as: UTF8.self)
  }

  @Test func issuesTheDocumentedPayload() async throws {
    let token = try await issue(await authority())
    let parts = token.split(separator: ".")
    let claims = String(decoding: try #require(Base64URL.decode(parts[1].utf8)), as: UTF8.self)
    for fragment in [
      #""user_id":"user-1""#, #""workspace_id":"\#(Self.workspaceText)""#, #""email":"a@b.example""#,
      #""iat":1760000000"#, #""exp":1760003600"#, #""jti":""#, #""role":"owner""#,
    ] {
      #expect(claims.contains(fragment), "\(claims)")
    }
  }

  @Test func verifiesItsOwnTokens() async throws {
    let authority = await authority()
    let token = try await issue(authority)
    let first = try await authority.verify(token)
    #expect(first.principal.userID == "user-1")
    #expect(first.principal.workspaceID.text == Self.workspaceText)
    #expect(try await authority.verify(token) == first)
    #expect(authority.memory.counts.verified == 1)
  }

  @Test func acceptsATokenOfAnotherIssuerWithTheSameKey() async throws {
    let token = forge(header: Self.header, payload: payload(exp: "1760003600.5"))
    #expect(try await authority().verify(token).principal.email == "a@b.example")
  }

  @Test func refusesAnExpiredTokenAlsoWhenItIsRemembered() async throws {
    let authority = await authority()
    let token = try await issue(authority)
    _ = try await authority.verify(token)
    clock.advance(3600)
    await #expect(throws: TokenAuthority.Refusal.expired) { try await authority.verify(token) }
  }

  @Test func refusesHostileTokens() async throws {
    let authority = await authority()
    let good = try await issue(authority)
    let hostile: [(String, TokenAuthority.Refusal)] = [
      (forge(header: #"{"alg":"none"}"#, payload: payload(), signature: []), .algorithm),
      (forge(header: #"{"alg":"None","typ":"JWT"}"#, payload: payload()), .algorithm),
      (forge(header: #"{"alg":"HS512"}"#, payload: payload()), .algorithm),
      (forge(header: #"{"alg":"RS256"}"#, payload: payload()), .algorithm),
      (forge(header: #"{"typ":"JWT"}"#, payload: payload()), .algorithm),
      (forge(header: #"{"alg":"HS256","crit":["b64"],"b64":false}"#, payload: payload()), .algorithm),
      (forge(header: #"{"alg":"none","alg":"HS256"}"#, payload: payload()), .malformed),
      (forge(header: Self.header, payload: payload(), secret: "another secret of thirty-two bytes"), .signature),
      (forge(header: Self.header, payload: payload(), signature: []), .signature),
      (forge(header: Self.header, payload: payload(exp: "1759999999")), .expired),
      (forge(header: Self.header, payload: payload(exp: "1760000000")), .expired),
      (forge(header: Self.header, payload: payload(more: #","nbf":1760000061"#)), .notYetValid),
      (forge(header: Self.header, payload: payload(iat: "1760000061")), .notYetValid),
      (forge(header: Self.header, payload: payload(exp: "1e300")), .malformed),
      (forge(header: Self.header, payload: payload(exp: #""1760003600""#)), .malformed),
      (forge(header: Self.header, payload: payload(workspace: "*")), .workspace),
      (forge(header: Self.header, payload: #"{"user_id":"u"}"#), .malformed),
      (forge(header: Self.header, payload: "[]"), .malformed),
      (String(good.dropLast(3)), .signature),
      // The same bytes, written in ways that RFC 7515 section 2 does not have.
      (good + "=", .malformed), (try Self.withLooseBits(good), .malformed),
      (good + "A", .signature),
      (good + ".x", .malformed),
      ("", .malformed), ("a.b", .malformed), ("..", .malformed), ("é.é.é", .malformed),
      (String(repeating: "a", count: 5000), .malformed),
    ]
    for (token, refusal) in hostile {
      await #expect(throws: refusal, "\(token.prefix(200))") { try await authority.verify(token) }
    }
  }

  /// The token with a bit set in its last character that belongs to no byte.
  private static func withLooseBits(_ token: String) throws -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let last = try #require(token.last.flatMap { alphabet.firstIndex(of: $0) })
    return token.dropLast() + String(alphabet[last | 1])
  }

  @Test func acceptsClocksThatAreALittleAhead() async throws {
    let token = forge(header: Self.header, payload: payload(iat: "1760000060"))
    _ = try await authority().verify(token)
  }

  @Test func refusesARevokedTokenWhetherRememberedOrNot() async throws {
    let authority = await authority()
    let token = try await issue(authority)
    let verified = try await authority.verify(token)
    authority.memory.revoke(verified.tokenID, until: verified.expiresAt, at: clock.now())
    await #expect(throws: TokenAuthority.Refusal.revoked) { try await authority.verify(token) }

    let other = await self.authority()
    other.memory.revoke(verified.tokenID, until: verified.expiresAt, at: clock.now())
    await #expect(throws: TokenAuthority.Refusal.revoked) { try await other.verify(token) }
  }
}

@Suite struct TokenMemoryTests {
  private func token(_ id: Int, expiresAt: Int64 = 1000) throws -> VerifiedToken {
    let workspace = try #require(WorkspaceID("4f0d6f0e-2d4f-4c2c-8a86-b9f4ad30dc10"))
    return VerifiedToken(
      principal: Principal(workspaceID: workspace, userID: "u"),
      tokenID: "\(id)",
      expiresAt: expiresAt
    )
  }

  @Test func holdsNoMoreThanItsCapacity() throws {
    let memory = TokenMemory(capacity: 10)
    for id in 0..<1000 { #expect(memory.remember(try token(id), for: "token \(id)", at: 0)) }
    #expect(memory.counts.verified <= 10)
    #expect(memory.find("token 999", at: 0) == .verified(try token(999)))
    #expect(memory.find("token 0", at: 0) == .unknown)
  }

  @Test func keepsWhatIsAskedForOften() throws {
    let memory = TokenMemory(capacity: 10)
    #expect(memory.remember(try token(-1), for: "busy", at: 0))
    for id in 0..<100 {
      _ = memory.remember(try token(id), for: "token \(id)", at: 0)
      #expect(memory.find("busy", at: 0) == .verified(try token(-1)))
    }
  }

  @Test func forgetsRevocationsOfTokensThatExpiredByThemselves() {
    let memory = TokenMemory()
    memory.revoke("a", until: 100, at: 0)
    memory.revoke("past", until: 0, at: 1)
    #expect(memory.counts.revoked == 1)
    memory.revoke("b", until: 500, at: 200)
    #expect(memory.counts.revoked == 1)
  }
}

@Suite struct AuthenticatorTests {
  @Test(
    arguments: zip(
      ["Bearer abc", "bearer  abc ", "BEARER a.b.c", "Basic abc", "Bearer", "Bearer ", "abc", ""],
      ["abc", "abc", "a.b.c", nil, nil, nil, nil, nil]
    )
  )
  func readsBearerTokens(field: String, token: String?) {
    #expect(Authenticator.bearerToken(field) == token)
  }

  @Test func readsContextHeaders() async throws {
    let fields = ["X-Workspace-ID": "4F0D6F0E-2D4F-4C2C-8A86-B9F4AD30DC10", "X-User-ID": "user-1"]
    let principal = try await Authenticator.contextHeaders.principal(for: fields.httpFields)
    #expect(principal.workspaceID.text == "4f0d6f0e-2d4f-4c2c-8a86-b9f4ad30dc10")
    #expect(principal.userID == "user-1")
  }

  @Test(
    arguments: [
      [:], ["X-Workspace-ID": "4f0d6f0e-2d4f-4c2c-8a86-b9f4ad30dc10"], ["X-User-ID": "u"],
      ["X-Workspace-ID": "all", "X-User-ID": "u"],
      ["X-Workspace-ID": "4f0d6f0e-2d4f-4c2c-8a86-b9f4ad30dc10", "X-User-ID": ""],
      ["X-Workspace-ID": "4f0d6f0e-2d4f-4c2c-8a86-b9f4ad30dc10", "X-User-ID": "a b"],
    ] as [[String: String]]
  )
  func refusesMissingOrWrongContextWith403(fields: [String: String]) async {
    await #expect(throws: ErrorMapping.missingContext) {
      try await Authenticator.contextHeaders.principal(for: fields.httpFields)
    }
    #expect(ErrorMapping.missingContext.status == .forbidden)
  }
}
