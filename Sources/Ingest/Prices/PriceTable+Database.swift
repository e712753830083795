public import Database

extension PriceTable {
  /// The prices of `model_prices`, which a deployment may change by SQL. One round trip.
  ///
  /// Who writes traces reads them at its start: what is changed later counts from the next start on.
  public static func read(from pool: ConnectionPool) async throws -> PriceTable {
    var prices: [Price] = []
    var resellers: [String: Set<String>] = [:]
    let results = try await pool.pipeline([SQLQuery(pricesStatement), SQLQuery(resellersStatement)]).map {
      try $0.get()
    }
    for row in 0..<results[0].rowCount {
      guard let provider = results[0].string(row, 0), let model = results[0].string(row, 1),
        let input = results[0].string(row, 3).flatMap({ ExactDecimal($0) }),
        let output = results[0].string(row, 4).flatMap({ ExactDecimal($0) })
      else { throw DatabaseError(.misuse, "A price of model_prices cannot be read.") }
      let validFrom = results[0].int(row, 2).map { TraceTimestamp(microseconds: $0) }
      prices.append(Price(provider: provider, model: model, validFrom: validFrom, input: input, output: output))
    }
    for row in 0..<results[1].rowCount {
      resellers[results[1].string(row, 0) ?? "", default: []].insert(results[1].string(row, 1) ?? "")
    }
    return PriceTable(prices: prices, resellers: resellers)
  }

  private static let pricesStatement = SQLStatement(
    "model_prices",
    """
    SELECT provider, model,
      CASE WHEN valid_from > '-infinity' THEN (extract(epoch FROM valid_from) * 1000000)::bigint END, input_usd, output_usd
    FROM model_prices WHERE valid_from < 'infinity'
    """
  )
  private static let resellersStatement = SQLStatement(
    "model_resellers",
    "SELECT provider, reseller FROM model_resellers"
  )
}
