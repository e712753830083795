extension Migration {
  /// What models cost by their tokens, for traces that do not say what they have cost. Filled with the providers' list prices of
  /// November 2025 (`PriceTable.listPrices`; a test holds them against each other); a deployment changes them by SQL.
  static let telemetryPrices = Migration(
    set: .telemetry,
    version: 8,
    name: "prices",
    sql: """
      CREATE TABLE model_prices (
        provider text COLLATE "C" NOT NULL CHECK (provider = lower(provider)),
        model text COLLATE "C" NOT NULL CHECK (model = lower(model)),
        valid_from timestamptz NOT NULL DEFAULT '-infinity',
        input_usd numeric NOT NULL CHECK (input_usd >= 0 AND input_usd < 1000000 AND scale(input_usd) <= 12),
        output_usd numeric NOT NULL CHECK (output_usd >= 0 AND output_usd < 1000000 AND scale(output_usd) <= 12),
        PRIMARY KEY (model, provider, valid_from)
      );
      COMMENT ON TABLE model_prices IS
        'US dollars for a million tokens. A trace costs what was valid at its timestamp; what is written already stays';
      COMMENT ON COLUMN model_prices.model IS 'Without a path before it and without a date after it: gpt-4o';

      CREATE TABLE model_resellers (
        provider text COLLATE "C" NOT NULL CHECK (provider = lower(provider)),
        reseller text COLLATE "C" NOT NULL CHECK (reseller = lower(reseller)),
        PRIMARY KEY (provider, reseller)
      );
      COMMENT ON TABLE model_resellers IS
        'Who sells a provider''s models at the provider''s price, unless model_prices has one of the reseller''s own';

      INSERT INTO model_prices (provider, model, input_usd, output_usd) VALUES
          ('openai', 'gpt-5', 1.25, 10.00),
          ('openai', 'gpt-5-mini', 0.25, 2.00),
          ('openai', 'gpt-5-nano', 0.05, 0.40),
          ('openai', 'gpt-4.1', 2.00, 8.00),
          ('openai', 'gpt-4.1-mini', 0.40, 1.60),
          ('openai', 'gpt-4.1-nano', 0.10, 0.40),
          ('openai', 'gpt-4o', 2.50, 10.00),
          ('openai', 'gpt-4o-mini', 0.15, 0.60),
          ('openai', 'o3', 2.00, 8.00),
          ('openai', 'o4-mini', 1.10, 4.40),
          ('openai', 'text-embedding-3-small', 0.02, 0.00),
          ('openai', 'text-embedding-3-large', 0.13, 0.00),
          ('anthropic', 'claude-opus-4-5', 5.00, 25.00),
          ('anthropic', 'claude-opus-4-1', 15.00, 75.00),
          ('anthropic', 'claude-opus-4', 15.00, 75.00),
          ('anthropic', 'claude-sonnet-4-5', 3.00, 15.00),
          ('anthropic', 'claude-sonnet-4', 3.00, 15.00),
          ('anthropic', 'claude-haiku-4-5', 1.00, 5.00),
          ('anthropic', 'claude-3-7-sonnet', 3.00, 15.00),
          ('anthropic', 'claude-3-5-sonnet', 3.00, 15.00),
          ('anthropic', 'claude-3-5-haiku', 0.80, 4.00),
          ('anthropic', 'claude-3-haiku', 0.25, 1.25),
          ('google', 'gemini-2.5-pro', 1.25, 10.00),
          ('google', 'gemini-2.5-flash', 0.30, 2.50),
          ('google', 'gemini-2.5-flash-lite', 0.10, 0.40),
          ('google', 'gemini-2.0-flash', 0.10, 0.40),
          ('mistral', 'mistral-large', 2.00, 6.00),
          ('mistral', 'mistral-medium', 0.40, 2.00),
          ('mistral', 'mistral-small', 0.10, 0.30),
          ('deepseek', 'deepseek-chat', 0.28, 0.42),
          ('deepseek', 'deepseek-reasoner', 0.28, 0.42);
      INSERT INTO model_resellers
        SELECT provider, unnest(resellers) FROM (VALUES
          ('openai', '{azure,azure_openai,azure.ai.openai,openrouter}'::text[]),
          ('anthropic', '{aws.bedrock,bedrock,gcp.vertex_ai,vertex_ai,openrouter}'::text[]),
          ('google', '{gcp.gemini,gcp.gen_ai,gcp.vertex_ai,gemini,vertex_ai,openrouter}'::text[]),
          ('mistral', '{mistral_ai,mistralai,openrouter}'::text[]),
          ('deepseek', '{openrouter}'::text[])) AS known (provider, resellers);
      """
  )
}
