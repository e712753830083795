import Testing

@testable import Ingest

@Suite struct PriceTableTests {
  private let table = PriceTable.listPrices

  @Test(arguments: [
    ("gpt-4o", "gpt-4o"), ("GPT-4o", "gpt-4o"), ("gpt-4o-2024-08-06", "gpt-4o"), ("openai/gpt-4o-mini", "gpt-4o-mini"),
    ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"), ("claude-opus-4-20250514", "claude-opus-4"),
    ("claude-3-5-haiku-latest", "claude-3-5-haiku"), ("claude-sonnet-4@20250514", "claude-sonnet-4"),
    ("gemini-2.0-flash-001", "gemini-2.0-flash"),
  ])
  func findsAModelUnderItsNames(name: String, model: String) {
    #expect(table.price(model: name, provider: nil)?.model == model)
  }

  @Test(arguments: [
    "", "gpt-4o-audio-preview", "claude-opus-4-6", "my-gpt-4o", "gpt", "gpt-5-codex", "2024-08-06", "-", "/",
  ])
  func doesNotGuess(name: String) {
    #expect(table.price(model: name, provider: nil) == nil)
  }

  @Test func asksForTheProvider() {
    #expect(table.price(model: "gpt-4o", provider: "OpenAI") != nil)
    #expect(table.price(model: "gpt-4o", provider: "azure") != nil)
    #expect(table.price(model: "mistral-small", provider: "ollama") == nil)
  }

  @Test func costsToTheLastDigit() {
    // 1234 × 0.15 / 10^6 + 567 × 0.60 / 10^6
    let cost = table.cost(model: "gpt-4o-mini", provider: "openai", tokensInput: 1234, tokensOutput: 567)
    #expect(cost?.description == "0.0005253")
    #expect(table.cost(model: "gpt-5", provider: nil, tokensInput: 1, tokensOutput: 0)?.description == "0.00000125")
  }

  @Test func noTokensCostNothingAndUnknownTokensAreUnknown() {
    #expect(table.cost(model: "gpt-4o", provider: nil, tokensInput: 0, tokensOutput: 0) == .zero)
    #expect(table.cost(model: "gpt-4o", provider: nil, tokensInput: 10, tokensOutput: nil) == nil)
    #expect(table.cost(model: "gpt-4o", provider: nil, tokensInput: nil, tokensOutput: 10) == nil)
    #expect(table.cost(model: nil, provider: "openai", tokensInput: 10, tokensOutput: 10) == nil)
    #expect(
      table.cost(model: "text-embedding-3-small", provider: nil, tokensInput: 500, tokensOutput: nil)?.description
        == "0.00001"
    )
  }
}
