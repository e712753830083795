/// Prometheus's text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).
struct PrometheusText {
  enum Kind: String {
    case counter, gauge
  }

  /// A value with what tells it from the others of its metric.
  struct Sample {
    var labels: [(name: StaticString, value: String)] = []
    let value: Double

    init(_ value: Int, _ labels: (name: StaticString, value: String)...) {
      self.labels = labels
      self.value = Double(value)
    }

    init(_ value: Double, _ labels: (name: StaticString, value: String)...) {
      self.labels = labels
      self.value = value
    }
  }

  static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var text = ""

  /// Writes a metric with its samples; nothing when there are none.
  mutating func metric(_ name: StaticString, _ kind: Kind, _ help: String, _ samples: [Sample]) {
    guard !samples.isEmpty else { return }
    text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    for sample in samples {
      text += name.description
      if !sample.labels.isEmpty {
        let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
        text += "{\(labels.joined(separator: ","))}"
      }
      text += " \(Self.number(sample.value))\n"
    }
  }

  mutating func metric(_ name: StaticString, _ kind: Kind, _ help: String, _ value: Int) {
    metric(name, kind, help, [Sample(value)])
  }

  /// Whole numbers without a fraction, as far as they are exact.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if abs(value) < 9_007_199_254_740_992, let whole = Int64(exactly: value) { return "\(whole)" }
    return "\(value)"
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
