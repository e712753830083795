import Foundation
import Glibc
import TestSupport
import Testing

/// The private servers of `tracegate stack` and `tracegate dev`: they come up, they go, and they heal.
@Suite(.enabled(if: TestServers.binary != nil, "needs TRACEGATE_TEST_BINARY; scripts/test sets it"), .serialized)
struct StackTests {
  @Test func keepsWhatTheServersWereGivenAndTheCommandsStatus() async throws {
    let stack = try StackUnderTest()
    defer { stack.remove() }
    let first = try await stack.start(
      """
      psql "$POSTGRES_URL" -qc 'CREATE TABLE kept AS SELECT 41 + 1 AS answer' && \
      redis-cli -u "$REDIS_URL" set kept yes && exit 7
      """
    ).outcome()
    #expect(first.status == 7)
    #expect(first.output == "OK\n")

    let second = try await stack.start(
      #"psql "$TIMESCALE_URL" -Atc 'SELECT answer FROM kept' && redis-cli -u "$REDIS_URL" get kept"#
    ).outcome()
    #expect(second.status == 0)
    #expect(second.output == "42\nyes\n")
    #expect(second.errors == "")
  }

  /// Root's servers run as another account, which may not be able to enter the folder, nor have a number that is known.
  @Test func worksBelowAFolderThatOnlyItsOwnerMayEnter() async throws {
    let stack = try StackUnderTest(isPrivate: true)
    defer { stack.remove() }
    let outcome = try await stack.start(#"psql "$POSTGRES_URL" -Atc 'SELECT 1'"#).outcome()
    #expect(outcome.output == "1\n")
    #expect(outcome.errors.contains("making a PostgreSQL cluster in "))
    #expect(try await stack.start("exit 0").outcome().status == 0)
  }

  @Test func endsItsServersBeforeItself() async throws {
    let stack = try StackUnderTest()
    defer { stack.remove() }
    let (program, servers) = try await stack.startAndWait()
    program.signal(SIGTERM)
    #expect(await program.outcome().status == 128 + SIGTERM)
    #expect(servers.areGone)
  }

  @Test func leavesNoServersWhenKilledAndStartsAgain() async throws {
    let stack = try StackUnderTest()
    defer { stack.remove() }
    let (program, servers) = try await stack.startAndWait()
    program.signal(SIGKILL)
    _ = await program.outcome()
    try await servers.end()

    #expect(try await stack.start("exit 0").outcome().status == 0)
  }

  @Test(arguments: ["PostgreSQL", "Redis"])
  func endsEverythingWhenAServerDies(name: String) async throws {
    let stack = try StackUnderTest()
    defer { stack.remove() }
    let (program, servers) = try await stack.startAndWait()
    kill(name == "Redis" ? servers.redis : servers.postgres, SIGKILL)
    let outcome = await program.outcome()
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("\(name) ended by itself (signal 9); the end of "))
    #expect(servers.areGone)

    #expect(try await stack.start("exit 0").outcome().status == 0)
  }

  @Test func endsServersThatAnEarlierRunLeft() async throws {
    let stack = try StackUnderTest()
    defer { stack.remove() }
    _ = try await stack.start("exit 0").outcome()
    let redis = try await Program(
      "redis-server",
      ["--dir", stack.folder + "/redis", "--port", "\(try LoopbackSocket.freePort())"]
    )
    let outcome = try await Patience.wait(for: "a start that meets the other Redis") {
      let outcome = try await stack.start("exit 0").outcome()
      return outcome.errors.contains("ending redis-server of an earlier run") ? outcome : nil
    }
    #expect(outcome.status == 0)
    #expect(await redis.outcome().status == 0)
  }

  @Test func makesAnIncompleteClusterAnew() async throws {
    let stack = try StackUnderTest()
    defer { stack.remove() }
    _ = try await stack.start("exit 0").outcome()
    try FileManager.default.removeItem(atPath: stack.folder + "/postgres/global/pg_control")
    try FileManager.default.createDirectory(atPath: stack.folder + "/postgres.new", withIntermediateDirectories: false)

    let outcome = try await stack.start(#"psql "$POSTGRES_URL" -Atc 'SELECT 1'"#).outcome()
    #expect(outcome.output == "1\n")
    #expect(outcome.errors.contains("removing a PostgreSQL cluster that an interrupted start had half made"))
    #expect(outcome.errors.contains("the PostgreSQL cluster was incomplete; moved it to "))
    let kept = try FileManager.default.contentsOfDirectory(atPath: stack.folder)
    #expect(kept.contains { $0.hasPrefix("postgres.broken-") })
  }

  @Test func namesATakenPortAndItsSetting() async throws {
    let proxy = try WireProxy(to: .tcp(host: "127.0.0.1", port: 9))
    defer { proxy.stop() }
    var stack = try StackUnderTest()
    defer { stack.remove() }
    stack.redisPort = proxy.port
    let outcome = try await stack.start("exit 0").outcome()
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.contains(
        "port \(proxy.port) on 127.0.0.1, meant for Redis, is taken by another program; choose another with --redis-port"
      )
    )
  }

  @Test func refusesAFolderInUse() async throws {
    let stack = try StackUnderTest()
    defer { stack.remove() }
    let (program, _) = try await stack.startAndWait()
    let outcome = try await stack.start("exit 0").outcome()
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("is in use by another tracegate (process \(program.processID))"))
    await program.stop()
  }

  @Test func asksForACommand() async throws {
    let binary = try #require(TestServers.binary)
    let outcome = try await Program(binary, ["stack"]).outcome()
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("command"))
  }
}
