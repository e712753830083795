internal import Database

/// The tables of rollups, in the order in which writers change them: where they meet most comes last.
enum RollupTable: Sendable, CaseIterable {
  case minutely
  case minutelyTotals
  case hourly
  case hourlyModels
  case hourlyTotals
  case daily
  case dailyModels
  case dailyTotals

  /// What the rows of a table tell apart, besides the status.
  enum Detail: Sendable {
    case agentsAndModels
    case models
    case nothing

    /// The key columns after the bucket.
    fileprivate var columns: [String] {
      switch self {
      case .agentsAndModels: ["agent_id", "model", "model_provider", "status"]
      case .models: ["model", "model_provider", "status"]
      case .nothing: ["status"]
      }
    }
  }

  var detail: Detail {
    switch self {
    case .minutely, .hourly, .daily: .agentsAndModels
    case .hourlyModels, .dailyModels: .models
    case .minutelyTotals, .hourlyTotals, .dailyTotals: .nothing
    }
  }

  var hasHistograms: Bool { self != .minutely && self != .minutelyTotals }

  var name: String {
    switch self {
    case .minutely: "traces_minutely"
    case .minutelyTotals: "traces_minutely_totals"
    case .hourly: "traces_hourly"
    case .hourlyModels: "traces_hourly_models"
    case .hourlyTotals: "traces_hourly_totals"
    case .daily: "traces_daily"
    case .dailyModels: "traces_daily_models"
    case .dailyTotals: "traces_daily_totals"
    }
  }

  private var bucket: String {
    switch self {
    case .minutely, .minutelyTotals: "minute"
    case .hourly, .hourlyModels, .hourlyTotals: "hour"
    case .daily, .dailyModels, .dailyTotals: "day"
    }
  }

  /// Adds rows to those of the table, making the ones that are missing, in the order of the rows. Takes the workspace, then an
  /// array for each column.
  var upsert: SQLStatement { Self.upserts[self] ?? SQLStatement(name, upsertText) }

  private static let upserts = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0, SQLStatement("add_to_\($0.name)", $0.upsertText)) }
  )

  private var upsertText: String {
    let keys = [bucket] + detail.columns
    let integers = ["request_count", "error_count", "latency_ms_sum", "tokens_input_sum", "tokens_output_sum", "tokens_total_sum"]
    let histograms = hasHistograms ? ["latency_histogram", "cost_histogram"] : []
    let sums = integers + ["total_cost_usd", "quality_score_sum", "quality_score_count"] + histograms
    let types =
      ["timestamptz"] + detail.columns.map { _ in "text" } + integers.map { _ in "bigint" }
      + ["numeric", "numeric", "bigint"] + histograms.map { _ in "numeric" }
    let arrays = types.enumerated().map { "$\($0 + 2)::\($1)[]" }
    return """
      INSERT INTO \(name) (workspace_id, \((keys + sums).joined(separator: ", ")))
      SELECT $1::uuid, * FROM unnest(\(arrays.joined(separator: ", ")))
      ON CONFLICT (workspace_id, \(keys.joined(separator: ", "))) DO UPDATE SET
        \(sums.map { "\($0) = \(name).\($0) + EXCLUDED.\($0)" }.joined(separator: ", "))
      """
  }
}
