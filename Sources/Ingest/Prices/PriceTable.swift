/// What models cost by their tokens.
///
/// A model is found under its name, whatever the case, without a path before it (`openai/gpt-5`) and without a date or
/// `latest` after it (`gpt-4o-2024-08-06`, `claude-3-5-haiku-latest`). Any other suffix is another model with a price
/// of its own.
public struct PriceTable: Sendable {
  /// The price of one model of one provider in US dollars for a million tokens.
  public struct Price: Sendable, Hashable {
    public let provider: String
    public let model: String
    public let input: ExactDecimal
    public let output: ExactDecimal

    public init(provider: String, model: String, input: ExactDecimal, output: ExactDecimal) {
      self.provider = provider
      self.model = model
      self.input = input
      self.output = output
    }
  }

  private let prices: [String: Price]
  /// Other names of a provider, such as `azure` for models of `openai`.
  private let resellers: [String: Set<String>]

  /// - Parameters:
  ///   - prices: model names in lower case, each once.
  ///   - resellers: for each provider the names in lower case under which its models are sold at the same price.
  public init(prices: [Price], resellers: [String: Set<String>] = [:]) {
    self.prices = Dictionary(prices.map { ($0.model, $0) }) { first, _ in first }
    self.resellers = resellers
  }

  /// The price of a model; nil when it is not known, or not from this provider (a local copy of it, say).
  public func price(model: String, provider: String?) -> Price? {
    guard let price = lookUp(model) else { return nil }
    guard let provider = provider?.lowercased(), provider != price.provider else { return price }
    return resellers[price.provider]?.contains(provider) == true ? price : nil
  }

  /// What the tokens cost, to the last digit, in US dollars.
  ///
  /// - Returns: nil when it cannot be known: model, price or token counts are missing. Output tokens may be missing
  ///   where they are free (embeddings). No tokens cost 0.
  public func cost(model: String?, provider: String?, tokensInput: Int32?, tokensOutput: Int32?) -> ExactDecimal? {
    guard let model, let tokensInput, let price = price(model: model, provider: provider) else { return nil }
    guard tokensOutput != nil || price.output.coefficient == 0 else { return nil }
    return price.cost(tokensInput: tokensInput, tokensOutput: tokensOutput ?? 0)
  }

  private func lookUp(_ model: String) -> Price? {
    if let price = prices[model] { return price }
    var name = model.lowercased()[...]
    if let slash = name.lastIndex(of: "/") { name = name[name.index(after: slash)...] }
    while true {
      if let price = prices[String(name)] { return price }
      guard let dash = name.lastIndex(where: { $0 == "-" || $0 == "@" }) else { return nil }
      let suffix = name[name.index(after: dash)...]
      guard suffix == "latest" || (suffix.utf8.count >= 2 && suffix.allSatisfy(\.isNumber)) else { return nil }
      name = name[..<dash]
    }
  }
}

extension PriceTable.Price {
  /// `(input tokens × input price + output tokens × output price) / 10^6`, exactly.
  func cost(tokensInput: Int32, tokensOutput: Int32) -> ExactDecimal {
    let scale = max(input.scale, output.scale)
    let inputPrice = input.coefficient * Int128(powerOfTen: scale - input.scale)
    let outputPrice = output.coefficient * Int128(powerOfTen: scale - output.scale)
    let coefficient = Int128(tokensInput) * inputPrice + Int128(tokensOutput) * outputPrice
    return ExactDecimal(coefficient: coefficient, scale: scale + 6).trimmed
  }
}
