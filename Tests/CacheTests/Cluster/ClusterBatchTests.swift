import Testing

@testable import Cache

/// The way of commands through a cluster, without one.
@Suite struct ClusterBatchTests {
  private static let asked = RedisAddress.Endpoint.tcp(host: "10.0.0.1", port: 7000)
  private static let other = RedisAddress.Endpoint.tcp(host: "10.0.0.2", port: 7001)

  // MARK: What nodes say

  @Test(arguments: [
    ("MOVED 3999 10.0.0.2:7001", Redirection.moved(slot: 3999, to: other)),
    ("MOVED 3999 :7001", .moved(slot: 3999, to: .tcp(host: "10.0.0.1", port: 7001))),
    ("MOVED 3999 ?:7001", .moved(slot: 3999, to: .tcp(host: "10.0.0.1", port: 7001))),
    ("MOVED 1 ::1:7001", .moved(slot: 1, to: .tcp(host: "::1", port: 7001))),
    ("ASK 3999 10.0.0.2:7001", .ask(to: other)),
    ("TRYAGAIN Multiple keys request during rehashing of slot", .later),
    ("CLUSTERDOWN The cluster is down", .later),
    ("LOADING Redis is loading the dataset in memory", .later),
    ("MOVED 16384 10.0.0.2:7001", nil), ("MOVED x", nil), ("MOVED 1 nowhere", nil), ("ERR no", nil),
  ])
  func readsRedirections(_ text: String, _ expected: Redirection?) {
    #expect(Redirection(.error(text), asked: Self.asked) == expected)
    #expect(Redirection(.status(text), asked: Self.asked) == nil)
  }

  @Test func readsTheSlotsOfTheNodes() throws {
    let map = try SlotMap(
      .array([range(0, 99, "10.0.0.1", 7000), range(100, 16_383, "", 7001), range(50, 50, "?", 7002)]),
      asked: Self.asked
    )
    #expect(map.primaries.map(\.description) == ["10.0.0.1:7000", "10.0.0.1:7001", "10.0.0.1:7002"])
    #expect(
      [0, 50, 99, 100, 16_383].map { map.owner(of: $0)?.description.suffix(4) } == [
        "7000", "7002", "7000", "7001", "7001",
      ]
    )
    #expect(SlotMap().owner(of: 0) == nil)
  }

  @Test func refusesWhatDescribesNoCluster() {
    for reply in [
      RedisReply.null, .array([.null]), .array([range(5, 4, "x", 1)]), .array([range(0, 16_384, "x", 1)]),
      .array([range(0, 1, "x", 0)]),
    ] {
      let error = #expect(throws: CacheError.self) { try SlotMap(reply, asked: Self.asked) }
      #expect(error?.code == .protocolViolation)
    }
    let error = #expect(throws: CacheError.self) {
      try SlotMap(.error("ERR This instance has cluster support disabled"), asked: Self.asked)
    }
    #expect(error?.code == .refused)
  }

  // MARK: Where commands go

  @Test func findsTheKeyOfACommand() {
    func key(_ command: RedisCommand) -> String? { command.routingKey.map { String(decoding: $0, as: UTF8.self) } }
    #expect(key(RedisCommand("GET", "k")) == "k")
    #expect(key(RedisCommand("SET", "k", "v", "PX", "1")) == "k")
    #expect(key(RedisCommand("PING")) == nil)
    #expect(key(RedisCommand("PUBLISH", "channel", "x")) == nil)
    #expect(key(RedisCommand("EVALSHA", "sha", "1", "k", "x")) == "k")
    #expect(key(RedisCommand("EVAL", "return 1", "0")) == nil)
    #expect(key(RedisCommand("XREADGROUP", "GROUP", "g", "c", "COUNT", "1", "streams", "s", ">")) == "s")
    #expect(key(RedisCommand("XGROUP", "CREATE", "s", "g", "$")) == "s")
    #expect(key(RedisCommand("OBJECT", "ENCODING", "k")) == "k")
  }

  @Test func asksEachNodeOnceAndKeepsTheOrder() {
    var batch = ClusterBatch(["a", "b", "a", "c"].map { RedisCommand("GET", $0) })
    let shares = batch.shares { slot in slot == slotOf("a") ? Self.asked : Self.other }
    #expect(shares.map(\.endpoint) == [Self.asked, Self.other])
    #expect(shares.map(\.commands) == [["a", "a"], ["b", "c"]].map { $0.map { RedisCommand("GET", $0) } })
  }

  @Test func repeatsWhereItIsSentTo() throws {
    var batch = ClusterBatch(["a", "b", "c"].map { RedisCommand("GET", $0) })
    var lessons = ClusterBatch.Lessons()
    let first = batch.shares { _ in Self.asked }
    batch.take(
      .success([.error("MOVED \(slotOf("a")) 10.0.0.2:7001"), .error("ASK 1 10.0.0.2:7001"), .integer(3)]),
      for: first[0],
      &lessons
    )
    #expect(lessons.moves.map(\.slot) == [slotOf("a")] && lessons.moves.map(\.to) == [Self.other])
    #expect(lessons.asked == [RedisCommand("GET", "b")])
    #expect(!batch.isComplete)
    let second = batch.shares { _ in Self.other }
    #expect(second.map(\.commands) == [[RedisCommand("GET", "a"), RedisCommand("ASKING"), RedisCommand("GET", "b")]])
    batch.take(.success([.integer(1), .status("OK"), .integer(2)]), for: second[0], &lessons)
    #expect(batch.isComplete)
    #expect(try batch.result() == [.integer(1), .integer(2), .integer(3)])
  }

  @Test func failsOnlyWhatADeadNodeHolds() throws {
    var batch = ClusterBatch(["a", "b"].map { RedisCommand("GET", $0) })
    var lessons = ClusterBatch.Lessons()
    let shares = batch.shares { $0 == slotOf("a") ? Self.asked : Self.other }
    batch.take(.failure(CacheError(.timeout, "Redis did not answer in time")), for: shares[0], &lessons)
    batch.take(.success([.integer(2)]), for: shares[1], &lessons)
    #expect(lessons.isClusterSuspect && batch.isComplete)
    #expect(try batch.result() == [.error("UNAVAILABLE Redis did not answer in time"), .integer(2)])
  }

  @Test func throwsWhenNothingWasAnswered() {
    var batch = ClusterBatch([RedisCommand("GET", "a")])
    var lessons = ClusterBatch.Lessons()
    let shares = batch.shares { _ in Self.asked }
    batch.take(.failure(CacheError(.timeout, "late")), for: shares[0], &lessons)
    #expect(throws: CacheError(.timeout, "late")) { try batch.result() }
    var homeless = ClusterBatch([RedisCommand("GET", "a")])
    #expect(homeless.shares { _ in nil }.isEmpty && homeless.isComplete)
    #expect(throws: CacheError(.unavailable, "No node of the cluster holds a key's slot")) { try homeless.result() }
  }

  @Test func keepsTheLastWordOfAClusterThatStaysDown() throws {
    var batch = ClusterBatch([RedisCommand("GET", "a")])
    var lessons = ClusterBatch.Lessons()
    let shares = batch.shares { _ in Self.asked }
    batch.take(.success([.error("CLUSTERDOWN Hash slot not served")]), for: shares[0], &lessons)
    #expect(lessons.needsPause && lessons.isClusterSuspect && !batch.isComplete)
    #expect(try batch.result() == [.error("CLUSTERDOWN Hash slot not served")])
  }

  private func slotOf(_ key: String) -> Int { KeySlot.slot(of: Array(key.utf8)[...]) }

  private func range(_ first: Int64, _ last: Int64, _ host: String, _ port: Int64) -> RedisReply {
    .array([.integer(first), .integer(last), .array([.string(Array(host.utf8)), .integer(port), .string([1])])])
  }
}
