import HTTPTypes
import Logging

/// What every answer gets at the edge of a listener, whoever has made it: security and CORS fields, the request's id, a
/// line in the access log.
struct Edge: Sendable {
  let cors: CORSPolicy
  let compression: ResponseCompression

  func finish(_ fields: inout HTTPFields, of request: HTTPRequest, requestID: String) {
    SecurityHeaders.apply(to: &fields)
    cors.apply(to: &fields, for: request.headerFields)
    if let field = RequestIdentifier.field { fields[field] = requestID }
  }

  /// Method, path without its query, status, time: never header fields, arguments or bodies.
  func log(_ line: EdgeLogLine, requestID: String, peer: @autoclosure () -> String, to logger: Logger) {
    let level: Logger.Level = line.status.kind == .serverError ? .warning : .info
    guard logger.logLevel <= level else { return }
    let took = ContinuousClock.now - line.start
    let microseconds = took.components.seconds * 1_000_000 + took.components.attoseconds / 1_000_000_000_000
    let path = line.head.path?.prefix { $0 != "?" } ?? ""
    logger.log(
      level: level,
      "\(line.head.method.rawValue) \(path) \(line.status.code)",
      metadata: [
        "us": "\(microseconds)",
        "bytes": "\(line.bytes)",
        "peer": "\(peer())",
        "request_id": "\(requestID)",
      ]
    )
  }
}

/// What the access log says of a request.
struct EdgeLogLine {
  let head: HTTPRequest
  let status: HTTPResponse.Status
  let bytes: Int
  let start: ContinuousClock.Instant
}
