import Testing

@testable import Cache

@Suite struct KeyPatternTests {
  static let values = [
    "workspace_id": "8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60", "range": "24h", "limit": "10", "severity": "all",
    "filters_hash": "0123456789abcdef0123456789abcdef", "trace_id": "tr_1", "args_hash": "ff",
  ]

  @Test(arguments: [
    ("home_kpis:{workspace_id}:{range}", "home_kpis:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60:24h"),
    (
      "alerts:recent:{workspace_id}:{limit}:{severity}",
      "alerts:recent:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60:10:all"
    ),
    ("activity:stream:{workspace_id}:{limit}", "activity:stream:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60:10"),
    (
      "traces:list:{workspace_id}:{filters_hash}",
      "traces:list:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60:0123456789abcdef0123456789abcdef"
    ),
    ("trace:detail:{trace_id}", "trace:detail:tr_1"),
    ("metrics:{workspace_id}:{args_hash}", "metrics:8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60:ff"),
    ("{limit}{range}", "1024h"),
    ("constant", "constant"),
  ])
  func rendersDocumentedKeysToTheByte(_ pattern: String, _ key: String) throws {
    #expect(try KeyPattern(pattern).render { Self.values[$0] } == CacheKey(key))
  }

  @Test func namesItsPlaceholdersInOrder() throws {
    #expect(try KeyPattern("a:{workspace_id}:{limit}:b{limit}").placeholders == ["workspace_id", "limit", "limit"])
  }

  @Test func rendersNothingWithoutAValue() throws {
    #expect(try KeyPattern("a:{unknown}").render { Self.values[$0] } == nil)
  }

  @Test func rendersNoKeyBeyondTheLongest() throws {
    let pattern = try KeyPattern("t:{trace_id}")
    #expect(pattern.render { _ in String(repeating: "x", count: 1022) } != nil)
    #expect(pattern.render { _ in String(repeating: "x", count: 1023) } == nil)
  }

  @Test(arguments: [
    ("", "key pattern, column 1: the pattern is empty"),
    ("a:{b", "key pattern, column 3: \"{\" without \"}\""),
    ("a}b", "key pattern, column 2: \"}\" without \"{\""),
    ("a:{}", "key pattern, column 3: a placeholder without name"),
    ("a:{b-c}", "key pattern, column 5: a placeholder is named with a-z, 0-9 and \"_\""),
    ("a:{1b}", "key pattern, column 4: a placeholder is named with a-z, 0-9 and \"_\""),
    ("a:{b{c}}", "key pattern, column 5: a placeholder is named with a-z, 0-9 and \"_\""),
    ("a b", "key pattern, column 2: a key is printable ASCII without blanks"),
    ("é", "key pattern, column 1: a key is printable ASCII without blanks"),
  ])
  func saysWhereAPatternIsWrong(_ pattern: String, _ message: String) {
    let error = #expect(throws: KeyPatternError.self) { try KeyPattern(pattern) }
    #expect(error?.description == message)
  }
}
