import HTTPTypes
import Resolver

/// `Server-Timing` (W3C Server Timing): where the time of an answer went, in milliseconds.
enum ServerTiming {
  private static let name = HTTPField.Name("Server-Timing")

  /// - Parameter start: when the request's head had been read.
  static func apply(_ report: ExecutionReport?, since start: ContinuousClock.Instant, to fields: inout HTTPFields) {
    guard let name else { return }
    var text = ""
    if let report {
      text += "plan;dur=\(milliseconds(report.planning)), cache;dur=\(milliseconds(report.cache)), "
      text += "db;dur=\(milliseconds(report.database)), "
    }
    fields[name] = text + "total;dur=\(milliseconds(ContinuousClock.now - start))"
  }

  /// `12.034`, without the cost of formatting a floating-point number.
  static func milliseconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let microseconds = max(0, seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    let rest = String(microseconds % 1000)
    return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }
}
