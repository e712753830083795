extension PriceTable {
  /// The providers' list prices of the standard tier, in US dollars for a million tokens: what `model_prices` is filled with,
  /// and what demo data costs, whatever a deployment has changed there.
  ///
  /// Sources, as of November 2025: openai.com/api/pricing, docs.claude.com/en/docs/about-claude/pricing,
  /// ai.google.dev/gemini-api/docs/pricing, mistral.ai/pricing, api-docs.deepseek.com/quick_start/pricing.
  /// Discounts for cached or batched tokens and surcharges for long prompts are not applied: token sums do not tell
  /// them.
  public static let listPrices = PriceTable(
    prices: [
      price("openai", "gpt-5", cents: 125, 1000),
      price("openai", "gpt-5-mini", cents: 25, 200),
      price("openai", "gpt-5-nano", cents: 5, 40),
      price("openai", "gpt-4.1", cents: 200, 800),
      price("openai", "gpt-4.1-mini", cents: 40, 160),
      price("openai", "gpt-4.1-nano", cents: 10, 40),
      price("openai", "gpt-4o", cents: 250, 1000),
      price("openai", "gpt-4o-mini", cents: 15, 60),
      price("openai", "o3", cents: 200, 800),
      price("openai", "o4-mini", cents: 110, 440),
      price("openai", "text-embedding-3-small", cents: 2, 0),
      price("openai", "text-embedding-3-large", cents: 13, 0),
      price("anthropic", "claude-opus-4-5", cents: 500, 2500),
      price("anthropic", "claude-opus-4-1", cents: 1500, 7500),
      price("anthropic", "claude-opus-4", cents: 1500, 7500),
      price("anthropic", "claude-sonnet-4-5", cents: 300, 1500),
      price("anthropic", "claude-sonnet-4", cents: 300, 1500),
      price("anthropic", "claude-haiku-4-5", cents: 100, 500),
      price("anthropic", "claude-3-7-sonnet", cents: 300, 1500),
      price("anthropic", "claude-3-5-sonnet", cents: 300, 1500),
      price("anthropic", "claude-3-5-haiku", cents: 80, 400),
      price("anthropic", "claude-3-haiku", cents: 25, 125),
      price("google", "gemini-2.5-pro", cents: 125, 1000),
      price("google", "gemini-2.5-flash", cents: 30, 250),
      price("google", "gemini-2.5-flash-lite", cents: 10, 40),
      price("google", "gemini-2.0-flash", cents: 10, 40),
      price("mistral", "mistral-large", cents: 200, 600),
      price("mistral", "mistral-medium", cents: 40, 200),
      price("mistral", "mistral-small", cents: 10, 30),
      price("deepseek", "deepseek-chat", cents: 28, 42),
      price("deepseek", "deepseek-reasoner", cents: 28, 42),
    ],
    resellers: [
      "openai": ["azure", "azure_openai", "azure.ai.openai", "openrouter"],
      "anthropic": ["aws.bedrock", "bedrock", "gcp.vertex_ai", "vertex_ai", "openrouter"],
      "google": ["gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai", "gemini", "vertex_ai", "openrouter"],
      "mistral": ["mistral_ai", "mistralai", "openrouter"],
      "deepseek": ["openrouter"],
    ]
  )

  private static func price(_ provider: String, _ model: String, cents input: Int128, _ output: Int128) -> Price {
    Price(
      provider: provider,
      model: model,
      input: ExactDecimal(coefficient: input, scale: 2),
      output: ExactDecimal(coefficient: output, scale: 2)
    )
  }
}
