import Testing

@testable import Ingest

@Suite struct PriceTableTests {
  private let table = PriceTable.listPrices
  private static let then = TraceTimestamp(seconds: 1_762_000_000)

  @Test(arguments: [
    ("gpt-4o", "gpt-4o"), ("GPT-4o", "gpt-4o"), ("gpt-4o-2024-08-06", "gpt-4o"), ("openai/gpt-4o-mini", "gpt-4o-mini"),
    ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"), ("claude-opus-4-20250514", "claude-opus-4"),
    ("claude-3-5-haiku-latest", "claude-3-5-haiku"), ("claude-sonnet-4@20250514", "claude-sonnet-4"),
    ("gemini-2.0-flash-001", "gemini-2.0-flash"),
  ])
  func findsAModelUnderItsNames(name: String, model: String) {
    #expect(table.price(model: name, provider: nil, at: Self.then)?.model == model)
  }

  @Test(arguments: [
    "", "gpt-4o-audio-preview", "claude-opus-4-6", "my-gpt-4o", "gpt", "gpt-5-codex", "2024-08-06", "-", "/",
  ])
  func doesNotGuess(name: String) {
    #expect(table.price(model: name, provider: nil, at: Self.then) == nil)
  }

  @Test func asksForTheProvider() {
    #expect(table.price(model: "gpt-4o", provider: "OpenAI", at: Self.then) != nil)
    #expect(table.price(model: "gpt-4o", provider: "azure", at: Self.then) != nil)
    #expect(table.price(model: "mistral-small", provider: "ollama", at: Self.then) == nil)
  }

  @Test func costsToTheLastDigit() {
    // 1234 × 0.15 / 10^6 + 567 × 0.60 / 10^6
    let cost = table.cost(model: "gpt-4o-mini", provider: "openai", tokensInput: 1234, tokensOutput: 567, at: Self.then)
    #expect(cost?.description == "0.0005253")
    #expect(
      table.cost(model: "gpt-5", provider: nil, tokensInput: 1, tokensOutput: 0, at: Self.then)?.description
        == "0.00000125"
    )
  }

  @Test func noTokensCostNothingAndUnknownTokensAreUnknown() {
    #expect(table.cost(model: "gpt-4o", provider: nil, tokensInput: 0, tokensOutput: 0, at: Self.then) == .zero)
    #expect(table.cost(model: "gpt-4o", provider: nil, tokensInput: 10, tokensOutput: nil, at: Self.then) == nil)
    #expect(table.cost(model: "gpt-4o", provider: nil, tokensInput: nil, tokensOutput: 10, at: Self.then) == nil)
    #expect(table.cost(model: nil, provider: "openai", tokensInput: 10, tokensOutput: 10, at: Self.then) == nil)
    #expect(
      table.cost(model: "text-embedding-3-small", provider: nil, tokensInput: 500, tokensOutput: nil, at: Self.then)?
        .description
        == "0.00001"
    )
  }

  @Test func aPriceIsValidUntilTheNextOne() {
    func price(_ from: Int64?, _ cents: Int128) -> PriceTable.Price {
      let amount = ExactDecimal(coefficient: cents, scale: 2)
      return .init(
        provider: "p",
        model: "m",
        validFrom: from.map(TraceTimestamp.init(seconds:)),
        input: amount,
        output: amount
      )
    }
    let table = PriceTable(prices: [price(2000, 300), price(1000, 200), price(3000, 400)])
    let cents = [999, 1000, 1999, 2000, 5000].map { second in
      table.price(model: "m", provider: "p", at: TraceTimestamp(seconds: second))?.input.description
    }
    #expect(cents == [nil, "2.00", "2.00", "3.00", "4.00"])
    let always = PriceTable(prices: [price(1000, 200), price(nil, 100)])
    #expect(always.price(model: "m", provider: nil, at: TraceTimestamp(seconds: 999))?.input.description == "1.00")
  }

  @Test func aResellerMayHaveAPriceOfItsOwn() {
    func price(_ provider: String, _ dollars: Int128) -> PriceTable.Price {
      let amount = ExactDecimal(coefficient: dollars, scale: 0)
      return .init(provider: provider, model: "m", input: amount, output: amount)
    }
    let table = PriceTable(prices: [price("maker", 1), price("shop", 2)], resellers: ["maker": ["shop", "cloud"]])
    let sold = ["maker", "shop", "cloud", "nobody", nil].map {
      table.price(model: "m", provider: $0, at: Self.then)?.input.description
    }
    #expect(sold == ["1", "2", "1", nil, "1"])
    let rivals = PriceTable(prices: [price("one", 1), price("other", 2)])
    #expect(rivals.price(model: "m", provider: nil, at: Self.then) == nil)
  }

  /// Until then the maker's price counts, as it did before anybody knew of the other one.
  @Test func aResellersOwnPriceCountsFromItsTimeOn() {
    func price(_ provider: String, _ dollars: Int128, _ from: Int64?) -> PriceTable.Price {
      let amount = ExactDecimal(coefficient: dollars, scale: 0)
      let start = from.map { TraceTimestamp(seconds: $0) }
      return .init(provider: provider, model: "m", validFrom: start, input: amount, output: amount)
    }
    let table = PriceTable(prices: [price("maker", 1, nil), price("shop", 2, 1000)], resellers: ["maker": ["shop"]])
    let sold = [999, 1000].map {
      table.price(model: "m", provider: "shop", at: TraceTimestamp(seconds: $0))?.input.description
    }
    #expect(sold == ["1", "2"])
  }

  @Test func aCostBeyondWhatIsAcceptedIsUnknown() {
    let dear = PriceTable.Price(
      provider: "p",
      model: "m",
      input: ExactDecimal(coefficient: 999_999, scale: 0),
      output: .zero
    )
    let table = PriceTable(prices: [dear])
    #expect(table.cost(model: "m", provider: "p", tokensInput: 1_000_000, tokensOutput: 0, at: Self.then) != nil)
    #expect(table.cost(model: "m", provider: "p", tokensInput: 1_000_002, tokensOutput: 0, at: Self.then) == nil)
  }
}
