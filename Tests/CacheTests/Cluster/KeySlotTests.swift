import TestSupport
import Testing

@testable import Cache

@Suite struct KeySlotTests {
  @Test func computesTheChecksumOfTheSpecification() {
    #expect(KeySlot.checksum(Array("123456789".utf8)[...]) == 0x31c3)
    #expect(KeySlot.checksum([]) == 0)
  }

  /// Where hash tags begin and end, as the specification of Redis Cluster tells it, and slots that `CLUSTER KEYSLOT` of
  /// Redis 8 has given.
  @Test(arguments: [
    ("foo", "foo"), ("{user1000}.following", "user1000"), ("{user1000}.followers", "user1000"),
    ("foo{}{bar}", nil), ("foo{{bar}}zap", "{bar"), ("foo{bar}{zap}", "bar"), ("foo{bar", nil), ("foo}bar{x}", "x"),
    ("{}", nil), ("", nil),
  ])
  func hashesTheTagWhereThereIsOne(_ key: String, _ tag: String?) {
    #expect(slot(key) == Int(KeySlot.checksum(Array((tag ?? key).utf8)[...])) % 16_384)
  }

  @Test func knowsSlots() {
    #expect(slot("foo") == 12_182)
    #expect(slot("bar") == 5061)
    #expect(slot("gen:w1") == slot("xx{gen:w1}yy"))
  }

  @Test(.enabled(if: PrivateRedis.isThere, Comment(rawValue: PrivateRedis.absence)), .inTurn)
  func agreesWithRedis() async throws {
    try await PrivateCluster.borrow { cluster in
      var random = SplitMix64(seed: 3)
      for _ in 0..<200 {
        let key = String(
          (0..<Int.random(in: 0...24, using: &random)).map { _ in "ab:{}\u{7f}é".randomElement(using: &random) ?? "a" }
        )
        let theirs = try await cluster.nodes[0].client.send(RedisCommand("CLUSTER", "KEYSLOT", key))
        #expect(theirs == .integer(Int64(slot(key))), "\(key)")
      }
    }
  }

  private func slot(_ key: String) -> Int { KeySlot.slot(of: Array(key.utf8)[...]) }
}
