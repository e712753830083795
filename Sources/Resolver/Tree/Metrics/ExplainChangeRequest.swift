import Schema

/// The arguments of `Query.explainChange`, checked.
struct ExplainChangeRequest {
  let window: TimeWindow
  let figure: MetricFigure
  let definition: MetricDefinition
  let dimensions: [MetricDimension]
  let top: Int64

  /// Of the rows of rollups of both windows.
  var price: ScanPrice { .rollups(.none, dimensions, definition.measures, cells: 0) }

  init(_ call: FieldCall) throws(GraphQLError) {
    window = try call.timeRange().window(at: call.now)
    figure = call.optionalText("measure").flatMap(MetricFigure.init) ?? .totalCostUsd
    guard let definition = figure.definition else {
      throw GraphQLError(
        "A percentile's change has no parts; ask for avgLatencyMs, errorRate or another measure that adds up.",
        code: .badUserInput
      )
    }
    self.definition = definition
    let asked = try MetricsRequest.dimensions(call.arguments["groupBy"])
    dimensions = asked.isEmpty ? [.agent, .model] : asked
    guard dimensions.allSatisfy(\.isKnownToRollups) else {
      throw GraphQLError("Changes are explained by agent, model, provider and status only.", code: .badUserInput)
    }
    top = try call.integer("top")
  }
}
