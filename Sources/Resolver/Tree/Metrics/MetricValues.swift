import Database
import JSON
import Schema

/// Writes the figures of one row, or of none where nothing was.
struct MetricValues {
  let figures: [MetricFigure]
  /// The first column of the figures.
  let start: Int
  private let histograms: [Measure]

  init(_ request: MetricsRequest, keys: Int) {
    figures = request.figures
    histograms = request.histograms
    start = MetricsStatement.Column.keys + keys
  }

  func write(_ rows: SQLResult?, _ row: Int, into writer: inout JSONWriter) {
    var column = start
    let first = start + figures.count { $0.definition != nil }
    let percentiles = rows.map { quantiles($0, row, firstHistogram: first) } ?? [:]
    writer.beginObject()
    for figure in figures {
      writer.key(escaping: NameStyle.snakeCase(figure.rawValue))
      if let definition = figure.definition {
        if let rows {
          writer.decimal(rows, row, column)
        } else if definition.denominator == nil {
          writer.int(0)
        } else {
          writer.null()
        }
        column += 1
      } else if let value = percentiles[figure] {
        writer.double(value)
      } else {
        writer.null()
      }
    }
    writer.endObject()
  }

  private func quantiles(_ rows: SQLResult, _ row: Int, firstHistogram: Int) -> [MetricFigure: Double] {
    var values: [MetricFigure: Double] = [:]
    for (index, measure) in histograms.enumerated() {
      let wanted = figures.filter { $0.quantile?.histogram == measure }
      let parts = wanted.compactMap { $0.quantile?.perMille }
      let found = unsafe rows.withBytes(row, firstHistogram + index) { bytes in
        unsafe Histogram.quantiles(ofNumeric: bytes, perMille: parts)
      }
      guard let found else { continue }
      for (figure, value) in zip(wanted, found) { values[figure] = value * (figure.quantile?.unit ?? 1) }
    }
    return values
  }
}
