import Glibc
import TestSupport
import Testing

@testable import Cache

@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct RedisClientTests {
  @Test func sendsAllCommandsOfACallInOneTurn() async throws {
    try await PrivateRedis.run { redis, _ in
      let proxy = try redis.proxy()
      defer { proxy.stop() }
      let client = redis.client(through: proxy)
      try await client.ping()
      proxy.resetCounts()
      let commands = (0..<50).map { RedisCommand("SET", "k\($0)", String(repeating: "v", count: 200)) }
      let replies = try await client.pipeline(commands + [RedisCommand("GET", "k7"), RedisCommand("NOSUCH")])
      #expect(proxy.counts.turns == 1)
      #expect(replies.prefix(50).allSatisfy { $0 == .status("OK") })
      #expect(replies[50].text?.utf8.count == 200)
      #expect(throws: CacheError.self) { try replies[51].value() }
      await client.close()
    }
  }

  @Test func keepsRepliesWithTheirCallers() async throws {
    try await PrivateRedis.run { redis, _ in
      let client = redis.client()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<500 {
          group.addTask {
            let replies = try await client.pipeline([RedisCommand("ECHO", "\(number)"), RedisCommand("PING")])
            #expect(replies == [.string(Array("\(number)".utf8)), .status("PONG")])
          }
        }
        try await group.waitForAll()
      }
      #expect(client.statistics.roundTrips == 500)
      #expect(client.statistics.connects == 1)
      await client.close()
    }
  }

  @Test func logsInAndSelectsItsDatabase() async throws {
    try await PrivateRedis.run(password: "s3cret") { redis, _ in
      var configuration = RedisConfiguration(address: redis.address)
      configuration.timeout = .seconds(2)
      configuration.address.user = "default"
      configuration.address.database = 5
      configuration.address.endpoint = .unix(path: redis.socket)
      let client = RedisClient(configuration: configuration, logger: .silent)
      let description = try await client.send(RedisCommand("CLIENT", "INFO")).text ?? ""
      #expect(description.contains(" db=5 "))
      await client.close()
      configuration.address.password = "wrong"
      let stranger = RedisClient(configuration: configuration, logger: .silent)
      let error = await #expect(throws: CacheError.self) { try await stranger.ping() }
      #expect(error?.code == .refused && error?.message == "Redis refused the login")
      await stranger.close()
    }
  }

  @Test func refusesAtOnceWhileRedisIsFrozenAndRecovers() async throws {
    try await PrivateRedis.run { redis, program in
      let client = redis.client(timeout: .milliseconds(100))
      _ = try await Patience.wait(for: "the first answer") { try? await client.ping() }
      // On a busy machine the first answer may have taken several calls.
      let before = client.statistics
      program.signal(SIGSTOP)
      let codes = await failures(of: client, count: 200)
      // The one that found out waited; those after it were turned away without being sent.
      #expect(codes.first == .timeout)
      #expect(codes.dropFirst().allSatisfy { $0 == .unavailable })
      #expect(client.statistics.timeouts - before.timeouts == 1)
      #expect(client.statistics.refusals - before.refusals == 199)
      program.signal(SIGCONT)
      try await Patience.wait(for: "an answer after thawing") { try? await client.ping() }
      await client.close()
    }
  }

  @Test func survivesAKilledAndRestartedServer() async throws {
    try await PrivateRedis.run { redis, program in
      let client = redis.client()
      try await client.ping()
      program.signal(SIGKILL)
      _ = await program.outcome()
      let error = await #expect(throws: CacheError.self) { try await client.ping() }
      #expect(error?.code == .unavailable)
      let successor = try await redis.start()
      try await Patience.wait(for: "an answer of the new server") { try? await client.ping() }
      await client.close()
      await redis.end(successor)
    }
  }

  @Test func aServerThatClosesIdleConnectionsCostsNoCall() async throws {
    try await PrivateRedis.run { redis, _ in
      let proxy = try redis.proxy()
      defer { proxy.stop() }
      let client = redis.client(through: proxy)
      try await client.ping()
      proxy.cutConnections()
      try await Patience.wait(for: "a new connection") { client.statistics.connects == 2 ? true : nil }
      try await client.ping()
      await client.close()
    }
  }

  @Test func failsACallWhoseReplyIsCutAndGoesOn() async throws {
    try await PrivateRedis.run { redis, _ in
      let proxy = try redis.proxy()
      defer { proxy.stop() }
      let client = redis.client(through: proxy)
      _ = try await client.send(RedisCommand("SET", "k", String(repeating: "v", count: 5000)))
      proxy.cutAfterReplyBytes(1000)
      let error = await #expect(throws: CacheError.self) { try await client.send(RedisCommand("GET", "k")) }
      #expect(error?.code == .unavailable)
      let value = try await Patience.wait(for: "the value") { try? await client.send(RedisCommand("GET", "k")) }
      #expect(value.text?.utf8.count == 5000)
      await client.close()
    }
  }

  @Test(arguments: ["HTTP/1.1 200 OK\r\n\r\n", "+OK\r\n+OK\r\n"])
  func givesUpAConnectionThatTalksNonsense(_ garbage: String) async throws {
    try await PrivateRedis.run { redis, _ in
      let proxy = try redis.proxy()
      defer { proxy.stop() }
      let client = redis.client(through: proxy)
      try await client.ping()
      proxy.replaceNextReply(with: Array(garbage.utf8))
      _ = try? await client.ping()
      try await Patience.wait(for: "a new connection") { client.statistics.connects == 2 ? true : nil }
      #expect(client.statistics.connectionFailures == 1)
      try await Patience.wait(for: "an answer") { try? await client.ping() }
      await client.close()
    }
  }

  @Test func boundsWhatWaits() async throws {
    try await PrivateRedis.run { redis, program in
      var configuration = RedisConfiguration(address: redis.address)
      configuration.connectionCount = 1
      configuration.timeout = .seconds(1)
      configuration.maximumPendingCalls = 10
      let client = RedisClient(configuration: configuration, logger: .silent)
      _ = try await Patience.wait(for: "the first answer") { try? await client.ping() }
      program.signal(SIGSTOP)
      let codes = await withTaskGroup(of: CacheError.Code?.self) { group in
        for _ in 0..<30 { group.addTask { await Self.failure(of: client) } }
        return await group.reduce(into: [CacheError.Code?: Int]()) { $0[$1, default: 0] += 1 }
      }
      #expect(codes[.overloaded] == 20)
      await client.close()
    }
  }

  @Test func failsWhatIsUnderWayWhenClosed() async throws {
    try await PrivateRedis.run { redis, program in
      let client = redis.client(timeout: .seconds(20))
      try await client.ping()
      program.signal(SIGSTOP)
      async let code = Self.failure(of: client)
      try await Patience.wait(for: "the call to be sent") { client.statistics.bytesSent > 14 ? true : nil }
      await client.close()
      #expect(await code == .unavailable)
      #expect(await Self.failure(of: client) == .unavailable)
    }
  }

  private func failures(of client: RedisClient, count: Int) async -> [CacheError.Code?] {
    var codes: [CacheError.Code?] = []
    for _ in 0..<count { codes.append(await Self.failure(of: client)) }
    return codes
  }

  private static func failure(of client: RedisClient) async -> CacheError.Code? {
    do throws(CacheError) {
      try await client.ping()
      return nil
    } catch {
      return error.code
    }
  }
}
