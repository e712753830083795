import Glibc
import TestSupport
import Testing

@testable import Cache

@Suite(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .serialized, .inTurn)
struct LoginTests {
  private let password = "s3cret-s3cret"

  @Test func logsInAsAUserAndSelectsItsDatabase() async throws {
    try await with { redis, administrator in
      try await grant("gate", "on >\(password) ~* &* +@all", administrator)
      let description = try await ask("redis://gate:\(password)@127.0.0.1:\(redis.port)/5", "CLIENT", "INFO").text ?? ""
      #expect(description.contains(" db=5 ") && description.contains(" user=gate "))
      #expect(description.contains(" name=tracegate "))
      let socket = try await ask("unix://\(redis.socket)?db=3", "CLIENT", "INFO")
      // A socket has no login, and this server asks nobody on it.
      #expect(socket.text?.contains(" db=3 ") == true)
    }
  }

  @Test func saysWhichLoginIsWrong() async throws {
    try await with { redis, administrator in
      try await grant("gate", "on >\(password) ~* &* +@all", administrator)
      let place = "redis://127.0.0.1:\(redis.port)"
      await expectRefusal(
        "redis://gate:wrong@127.0.0.1:\(redis.port)",
        "\(place) as user 'gate': WRONGPASS invalid username-password pair or user is disabled.; "
          + "check user and password in the URL"
      )
      await expectRefusal(
        "redis://:wrong@127.0.0.1:\(redis.port)",
        "\(place): ERR AUTH <password> called without any password configured for the default user. "
          + "Are you sure your configuration is correct?; this server has no password: leave it out of the URL"
      )
      await expectRefusal(
        "redis://127.0.0.1:\(redis.port)/99",
        "\(place): ERR DB index is out of range; "
          + "choose a lower database number in the URL, or raise `databases` of the server"
      )
      _ = try await administrator.send(RedisCommand("CONFIG", "SET", "requirepass", password))
      await expectRefusal(
        "redis://127.0.0.1:\(redis.port)",
        "\(place): NOAUTH Authentication required.; put the password into the URL: redis://:password@host"
      )
    }
  }

  @Test func saysWhichRightAUserLacks() async throws {
    try await with { redis, administrator in
      try await grant("mute", "on >\(password) ~* +@all -ping", administrator)
      let place = "redis://127.0.0.1:\(redis.port)"
      await expectRefusal(
        "redis://mute:\(password)@127.0.0.1:\(redis.port)",
        "\(place) as user 'mute': NOPERM User mute has no permissions to run the 'ping' command; "
          + "give the user this right with ACL SETUSER, or use another user"
      )
      // Only for people who look.
      try await grant("nameless", "on >\(password) ~* +@all -client|setname", administrator)
      _ = try await ask("redis://nameless:\(password)@127.0.0.1:\(redis.port)", "PING", "x")
    }
  }

  @Test func saysWhereNobodyListens() async throws {
    let port = try LoopbackSocket.freePort()
    let error = await failure("redis://:\(password)@127.0.0.1:\(port)")
    #expect(error?.message == "Redis cannot be reached")
    #expect(
      error?.detail == "redis://127.0.0.1:\(port): nothing listens there (ECONNREFUSED); check host and port"
    )
    #expect(
      await failure("unix:///nowhere/redis.sock")?.detail
        == "unix:///nowhere/redis.sock: there is no such socket (ENOENT); check the path"
    )
    #expect(
      await failure("redis://:\(password)@nowhere.invalid")?.detail
        == "redis://nowhere.invalid:6379: the name nowhere.invalid is unknown; check the host in the URL"
    )
  }

  // MARK: Pieces

  private func expectRefusal(
    _ url: String,
    _ detail: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    let error = await failure(url)
    #expect(error?.code == .refused && error?.message == "Redis refused the login", sourceLocation: sourceLocation)
    #expect(error?.detail == detail, sourceLocation: sourceLocation)
    #expect(error?.debugDescription.contains(password) == false, sourceLocation: sourceLocation)
  }

  private func failure(_ url: String) async -> CacheError? {
    await #expect(throws: CacheError.self) { try await ask(url, "PING", "x") }
  }

  private func ask(_ url: String, _ name: StaticString, _ argument: String) async throws -> RedisReply {
    var configuration = try RedisConfiguration(url: url)
    configuration.timeout = .seconds(2)
    configuration.connectTimeout = .seconds(5)
    let client = RedisClient(configuration: configuration, logger: .silent)
    let replies: [RedisReply]
    do {
      replies = try await client.pipeline([RedisCommand(name, argument)])
    } catch {
      await client.close()
      throw error
    }
    await client.close()
    return try replies[0].value()
  }

  private func grant(_ user: String, _ rules: String, _ administrator: RedisClient) async throws {
    var command = RedisCommand("ACL", "SETUSER", user)
    for rule in rules.split(separator: " ") { command.append(text: String(rule)) }
    _ = try await administrator.send(command)
  }

  private func with(_ body: (PrivateRedis, RedisClient) async throws -> Void) async throws {
    try await PrivateRedis.run { redis, _ in
      let administrator = redis.client()
      try await administrator.ping()
      try await body(redis, administrator)
      await administrator.close()
    }
  }
}
