import HTTPTypes
import Resolver

/// `Server-Timing` (W3C Server Timing): where the time of an answer went, in milliseconds.
enum ServerTiming {
  static let name = HTTPField.Name("Server-Timing")

  /// - Parameter start: when the request's head had been read.
  static func apply(_ report: ExecutionReport?, since start: ContinuousClock.Instant, to fields: inout HTTPFields) {
    guard let name else { return }
    fields[name] = beginning(report) + milliseconds(ContinuousClock.now - start)
  }

  /// For answers that nobody has told more of.
  static func complete(_ fields: inout HTTPFields, since start: ContinuousClock.Instant) {
    guard let name, !fields.contains(name) else { return }
    apply(nil, since: start, to: &fields)
  }

  /// All but the number of milliseconds at its end, which is the time of the whole request.
  static func beginning(_ report: ExecutionReport?) -> String {
    var text = ""
    if let report {
      text += "plan;dur=\(milliseconds(report.planning)), cache;dur=\(milliseconds(report.cache)), "
      text += "db;dur=\(milliseconds(report.database)), "
    }
    return text + "total;dur="
  }

  /// `12.034`, without the cost of formatting a floating-point number.
  static func milliseconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let microseconds = max(0, seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    let rest = String(microseconds % 1000)
    return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }
}
