/// Documents made to exhaust a stack, the memory or the time of whoever reads them.
struct HostileDocument {
  let name: String
  let text: @Sendable () -> String

  static let all: [HostileDocument] = nested + fragments + wide + long

  private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  private static func numbered(_ count: Int, _ text: (Int) -> String) -> String {
    (0..<count).map(text).joined(separator: " ")
  }

  /// Deep, and as deep as the parser lets through.
  private static let nested = [
    HostileDocument(name: "selections-100000") { repeated("{a", 100_000) },
    HostileDocument(name: "selections-99") { "{a{id " + repeated("a{id ", 98) + repeated("}", 100) },
    HostileDocument(name: "inline-fragments-100000") { repeated("{...", 100_000) },
    HostileDocument(name: "inline-fragments-99") { repeated("{...", 99) + "{__typename" + repeated("}", 100) },
    HostileDocument(name: "lists-100000") { "{a(f: " + repeated("[", 100_000) },
    HostileDocument(name: "lists-98") { "{a(f: " + repeated("[", 98) + repeated("]", 98) + "){id}}" },
    HostileDocument(name: "objects-100000") { "{a(f: " + repeated("{and: ", 100_000) },
    HostileDocument(name: "objects-98") {
      "{a(f: " + repeated("{n: 1 and: ", 97) + "{}" + repeated("}", 97) + "){id}}"
    },
    HostileDocument(name: "types-100000") { "query($a: " + repeated("[", 100_000) },
    HostileDocument(name: "types-98") {
      "query($a: " + repeated("[", 98) + "Int" + repeated("]", 98) + ") {a(f: $a){id}}"
    },
  ]

  private static let fragments = [
    HostileDocument(name: "fragment-bomb-2^30") {
      "{a{...F0}} " + numbered(30) { "fragment F\($0) on A{x:a{...F\($0 + 1)} y:a{...F\($0 + 1)}}" }
        + " fragment F30 on A{id}"
    },
    HostileDocument(name: "fragment-bomb-equal-names-2^30") {
      "{a{...F0}} " + numbered(30) { "fragment F\($0) on A{a{...F\($0 + 1)} a{...F\($0 + 1)}}" }
        + " fragment F30 on A{id}"
    },
    HostileDocument(name: "fragment-cycle-5000") {
      "{a{...F0}} " + numbered(5_000) { "fragment F\($0) on A{a{...F\(($0 + 1) % 5_000)}}" }
    },
    HostileDocument(name: "fragment-cycle-60-by-60") {
      "{a{...F0}} " + numbered(60) { "fragment F\($0) on A{\(numbered(60) { "...F\($0)" })}" }
    },
    HostileDocument(name: "fragment-chain-5000") {
      "{a{...F0}} " + numbered(5_000) { "fragment F\($0) on A{a{...F\($0 + 1)}}" } + " fragment F5000 on A{id}"
    },
    HostileDocument(name: "fragments-overlapping-1000") {
      "{a{\(numbered(1_000) { "...F\($0)" })}} " + numbered(1_000) { "fragment F\($0) on A{a{id} n{id}}" }
    },
    // As many as fit into the gateway's 15,000 tokens.
    HostileDocument(name: "operations-1000-by-fragments-1000") {
      numbered(1_000) { "query Q\($0){...F0}" } + numbered(1_000) { " fragment F\($0) on Q{...F\($0 + 1)}" }
        + " fragment F1000 on Q{s}"
    },
    HostileDocument(name: "operations-600-by-variables-600") {
      numbered(600) { "query Q\($0)($v: Int){...F}" } + " fragment F on Q{\(repeated("s(i: $v)", 600))}"
    },
    HostileDocument(name: "operations-500-by-fragments-1000") {
      numbered(500) { "query Q\($0)($v: Int){a{...F0}}" }
        + numbered(1_000) { " fragment F\($0) on A{b(i: $v){id} ...F\($0 + 1)}" } + " fragment F1000 on A{id}"
    },
  ]

  private static let wide = [
    HostileDocument(name: "aliases-10000") { "{a{\(numbered(10_000) { "x\($0): id" })}}" },
    HostileDocument(name: "equal-fields-5000") { "{a{\(repeated("a{a{id}} ", 5_000))}}" },
    HostileDocument(name: "unequal-fields-5000") { "{a{\(numbered(5_000) { "b(i: \($0)){id}" })}}" },
    HostileDocument(name: "unequal-types-5000") { "{u{\(repeated("...on A{x: id} ...on B{x: b{id}} ", 2_500))}}" },
    HostileDocument(name: "inline-fragments-200-by-100") {
      "{a{\(repeated("...on A{\(repeated("...on A{a{id}} ", 100))} ", 200))}}"
    },
    HostileDocument(name: "directives-10000") { "{a{id \(repeated("@d(i: 1) ", 10_000))}}" },
    HostileDocument(name: "unique-directives-10000") { "{a{id \(repeated("@skip(if: true) ", 10_000))}}" },
    HostileDocument(name: "unknown-fields-10000") { "{a{\(numbered(10_000) { "x\($0)" })}}" },
    HostileDocument(name: "variables-10000") {
      "query(\(numbered(10_000) { "$v\($0): Int" })){\(numbered(10_000) { "x\($0): s(i: $v\($0))" })}"
    },
    HostileDocument(name: "object-fields-10000") { "{a(f: {\(numbered(10_000) { "x\($0): 1" })}){id}}" },
    HostileDocument(name: "arguments-10000") { "{s(\(numbered(10_000) { "x\($0): 1" }))}" },
    HostileDocument(name: "equal-objects-2000") {
      "{\(repeated("a(f: {n: 1 and: [\(repeated("{n: 1}", 20))]}){id} ", 2_000))}"
    },
    HostileDocument(name: "operations-5000") { numbered(5_000) { "query Q\($0){s}" } },
  ]

  private static let long = [
    HostileDocument(name: "string-1MB") { "{s(s: \"\(repeated("x", 1_000_000))\")}" },
    HostileDocument(name: "escapes-1MB") { "{s(i: \"\(repeated("\\u0041", 166_000))\")}" },
    HostileDocument(name: "block-string-1MB") { "{s(i: \"\"\"\(repeated(" x\n", 333_000))\"\"\")}" },
    HostileDocument(name: "name-1MB") { "{\(repeated("x", 1_000_000))}" },
    HostileDocument(name: "number-1MB") { "{s(i: \(repeated("9", 1_000_000)))}" },
    HostileDocument(name: "comment-1MB") { "#\(repeated("x", 1_000_000))\n{s}" },
    HostileDocument(name: "tokens-1000000") { "{\(repeated("s ", 1_000_000))}" },
    HostileDocument(name: "distinct-tokens-1000000") {
      "{\(numbered(1_000_000) { String($0, radix: 36, uppercase: true) + "_" })}"
    },
    HostileDocument(name: "nul-1MB") { "{s}" + repeated("\0", 1_000_000) },
  ]
}
