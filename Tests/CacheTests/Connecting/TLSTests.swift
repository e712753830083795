import Glibc
import TestSupport
import Testing

@testable import Cache

@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct TLSTests {
  @Test(arguments: ["127.0.0.1", "localhost"])
  func speaksToAServerThatItsAuthorityVouchesFor(_ host: String) async throws {
    try await with(.good) { stand in
      let client = try stand.client(host: host)
      let description = try await client.send(RedisCommand("CLIENT", "INFO")).text ?? ""
      #expect(description.contains(" name=tracegate "))
      // Larger than a TLS record.
      let value = String(repeating: "v", count: 100_000)
      _ = try await client.send(RedisCommand("SET", "k", value))
      #expect(try await client.send(RedisCommand("GET", "k")).text == value)
      await client.close()
    }
  }

  @Test(arguments: [
    (TestCertificates.Kind.foreign, "the certificate is signed by nobody we trust; set REDIS_TLS_CA_FILE"),
    (.expired, "the certificate of the server has expired "),
    (.elsewhere, "the certificate is for another host; name the host as the certificate does, or set REDIS_TLS_VERIFY"),
  ])
  func refusesAServerThatIsNotToBeBelieved(_ kind: TestCertificates.Kind, _ reason: String) async throws {
    try await with(kind) { stand in
      let client = try stand.client()
      let error = await #expect(throws: CacheError.self) { try await client.ping() }
      #expect(error?.message == "Redis cannot be reached")
      #expect(error?.detail.hasPrefix("rediss://127.0.0.1:\(stand.port): \(reason)") == true, "\(error?.detail ?? "")")
      await client.close()
    }
  }

  @Test(arguments: [(TestCertificates.Kind.elsewhere, RedisTLS.Verification.authority), (.foreign, .none)])
  func believesWhatItIsToldTo(_ kind: TestCertificates.Kind, _ verification: RedisTLS.Verification) async throws {
    try await with(kind) { stand in
      let client = try stand.client { $0.verification = verification }
      try await client.ping()
      await client.close()
    }
  }

  @Test func trustsNobodyByItself() async throws {
    try await with(.good) { stand in
      let client = try stand.client { $0.authorityFile = nil }
      let error = await #expect(throws: CacheError.self) { try await client.ping() }
      #expect(error?.detail.contains("signed by nobody we trust") == true)
      await client.close()
    }
  }

  @Test func showsItsOwnCertificate() async throws {
    try await with(.good, asksForCertificates: true) { stand in
      let stranger = try stand.client()
      let error = await #expect(throws: CacheError.self) { try await stranger.ping() }
      #expect(error?.detail.contains("REDIS_TLS_CERT_FILE") == true, "\(error?.detail ?? "")")
      await stranger.close()
      let client = try stand.client {
        $0.certificateFile = stand.certificates.certificate(.good)
        $0.keyFile = stand.certificates.key(.good)
      }
      try await client.ping()
      await client.close()
    }
  }

  @Test func saysWhenTheServerDoesNotSpeakTLS() async throws {
    try await with(.good) { stand in
      let plain = try stand.client(port: stand.redis.port)
      let error = await #expect(throws: CacheError.self) { try await plain.ping() }
      #expect(error?.detail.contains("TLS") == true, "\(error?.detail ?? "")")
      await plain.close()
    }
  }

  @Test func saysWhenTheServerMayWantTLS() async throws {
    try await with(.good) { stand in
      let client = RedisClient(
        configuration: try RedisConfiguration(url: "redis://127.0.0.1:\(stand.port)"),
        logger: .silent
      )
      let error = await #expect(throws: CacheError.self) { try await client.ping() }
      #expect(
        error?.detail
          == "redis://127.0.0.1:\(stand.port) closed the connection during the login; a server that speaks TLS is rediss://"
      )
      await client.close()
    }
  }

  @Test func tracksOverTLS() async throws {
    try await with(.good) { stand in
      let client = try stand.client()
      let memory = MemoryConfiguration(maximumBytes: 1 << 20, prefixes: ["a:"])
      let cache = FieldCache(redis: client, logger: .silent, memory: memory)
      let life = Task { await cache.run() }
      try await Patience.wait(for: "tracking") { cache.isMemoryUsable ? true : nil }
      life.cancel()
      await client.close()
    }
  }

  @Test func namesTheFileThatCannotBeRead() async throws {
    let certificates = try await TestCertificates()
    var settings = RedisTLS.Settings()
    settings.authorityFile = "/nowhere.pem"
    expect(settings, "Redis TLS: /nowhere.pem cannot be read as PEM with certificates of authorities")
    settings.authorityFile = certificates.authority
    settings.certificateFile = certificates.certificate(.good)
    expect(settings, "Redis TLS: a certificate needs its key, and a key its certificate")
    settings.keyFile = certificates.certificate(.good)
    expect(settings, "Redis TLS: \(certificates.certificate(.good)) cannot be read as PEM with a private key")
    settings.keyFile = certificates.key(.foreign)
    expect(settings, "Redis TLS: certificate and key do not fit together")
  }

  private func expect(
    _ settings: RedisTLS.Settings,
    _ message: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: CacheError.self, sourceLocation: sourceLocation) {
      _ = try RedisConfiguration(url: "rediss://x", tls: settings)
    }
    #expect(error?.code == .configuration && error?.message == message, sourceLocation: sourceLocation)
  }

  private struct Stand {
    let redis: PrivateRedis
    let certificates: TestCertificates
    let port: Int

    func client(
      host: String = "127.0.0.1",
      port: Int? = nil,
      _ change: (inout RedisTLS.Settings) -> Void = { _ in }
    ) throws -> RedisClient {
      var settings = RedisTLS.Settings()
      settings.authorityFile = certificates.authority
      change(&settings)
      var configuration = try RedisConfiguration(url: "rediss://\(host):\(port ?? self.port)", tls: settings)
      configuration.timeout = .seconds(2)
      configuration.connectionCount = 1
      return RedisClient(configuration: configuration, logger: .silent)
    }
  }

  private func with(
    _ kind: TestCertificates.Kind,
    asksForCertificates: Bool = false,
    _ body: (Stand) async throws -> Void
  ) async throws {
    let certificates = try await TestCertificates()
    let port = try LoopbackSocket.freePort()
    let arguments = certificates.arguments(kind, port: port, asksForCertificates: asksForCertificates)
    try await PrivateRedis.run(arguments: arguments) { redis, _ in
      try await body(Stand(redis: redis, certificates: certificates, port: port))
    }
  }
}
