/// What models cost by their tokens, at which time.
///
/// A model is found under its name, whatever the case, without a path before it (`openai/gpt-5`) and without a date or
/// `latest` after it (`gpt-4o-2024-08-06`, `claude-3-5-haiku-latest`). Any other suffix is another model with a price
/// of its own.
public struct PriceTable: Sendable {
  /// The price of one model of one provider in US dollars for a million tokens.
  public struct Price: Sendable, Hashable {
    public let provider: String
    public let model: String
    /// Nil for one that was always valid. It is until the next one.
    public let validFrom: TraceTimestamp?
    public let input: ExactDecimal
    public let output: ExactDecimal

    public init(
      provider: String,
      model: String,
      validFrom: TraceTimestamp? = nil,
      input: ExactDecimal,
      output: ExactDecimal
    ) {
      self.provider = provider
      self.model = model
      self.validFrom = validFrom
      self.input = input
      self.output = output
    }
  }

  /// By model, the newest first.
  private let prices: [String: [Price]]
  /// Other names of a provider, such as `azure` for models of `openai`.
  let resellers: [String: Set<String>]

  /// - Parameters:
  ///   - prices: models and providers in lower case.
  ///   - resellers: for each provider the names in lower case under which its models are sold at the same price.
  public init(prices: [Price], resellers: [String: Set<String>] = [:]) {
    self.prices = Dictionary(grouping: prices, by: \.model).mapValues { prices in
      prices.sorted { left, right in
        guard let earlier = right.validFrom else { return left.validFrom != nil }
        return left.validFrom.map { $0 > earlier } ?? false
      }
    }
    self.resellers = resellers
  }

  /// All prices, in no order.
  var all: [Price] { prices.values.flatMap(\.self) }

  /// The price of a model at a time; nil when it is not known, or not from this provider (a local copy of it, say).
  public func price(model: String, provider: String?, at instant: TraceTimestamp) -> Price? {
    // What will be sold by whom later says nothing of now.
    let prices = (lookUp(model) ?? []).filter { $0.validFrom.map { $0 <= instant } ?? true }
    return seller(provider, of: prices).flatMap { seller in prices.first { $0.provider == seller } }
  }

  /// What the tokens cost, to the last digit, in US dollars.
  ///
  /// - Returns: nil when it cannot be known: model, price or token counts are missing. Output tokens may be missing
  ///   where they are free (embeddings). No tokens cost 0.
  public func cost(
    model: String?,
    provider: String?,
    tokensInput: Int32?,
    tokensOutput: Int32?,
    at instant: TraceTimestamp
  ) -> ExactDecimal? {
    guard let model, let tokensInput, let price = price(model: model, provider: provider, at: instant) else {
      return nil
    }
    guard tokensOutput != nil || price.output.coefficient == 0 else { return nil }
    let cost = price.cost(tokensInput: tokensInput, tokensOutput: tokensOutput ?? 0)
    return cost.isLess(than: TraceLimits.cost) ? cost : nil
  }

  /// Whose prices count: the provider's own, or else those of the one whose models it sells. Without a provider those of
  /// the model's maker, if there is only one.
  private func seller(_ name: String?, of prices: [Price]) -> String? {
    if let name = name?.lowercased() {
      if prices.contains(where: { $0.provider == name }) { return name }
      return prices.first { resellers[$0.provider]?.contains(name) == true }?.provider
    }
    let makers = Set(prices.map(\.provider)).filter { provider in
      !prices.contains { resellers[$0.provider]?.contains(provider) == true }
    }
    return makers.count == 1 ? makers.first : nil
  }

  private func lookUp(_ model: String) -> [Price]? {
    if let prices = prices[model] { return prices }
    var name = model.lowercased()[...]
    if let slash = name.lastIndex(of: "/") { name = name[name.index(after: slash)...] }
    while true {
      if let prices = prices[String(name)] { return prices }
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
