import Testing

/// Requests and answers as bytes, for what an HTTP client would put in order by itself.
enum RawHTTP {
  struct Answer {
    let head: String
    let body: String

    /// `200` of the status line.
    var status: Int? { head.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
  }

  /// - Parameter fields: lines of the head, each with its end.
  static func post(_ query: String, token: String, fields: String = "") -> String {
    let body = #"{"query":"\#(query)"}"#
    return """
      POST /graphql HTTP/1.1\r
      Host: 127.0.0.1\r
      Authorization: Bearer \(token)\r
      Content-Type: application/json\r
      Content-Length: \(body.utf8.count)\r
      \(fields)\r
      \(body)
      """
  }

  static func get(_ target: String) -> String {
    "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
  }

  /// Answers that stand one behind the other; the last may be incomplete.
  static func answers(in bytes: [UInt8]) throws -> [Answer] {
    var answers: [Answer] = []
    var rest = bytes[...]
    while let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
      let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
      let line = try #require(head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") })
      let length = try #require(Int(line.dropFirst("content-length:".count).filter(\.isNumber)))
      let body = rest[end.upperBound...].prefix(length)
      answers.append(Answer(head: head, body: String(decoding: body, as: UTF8.self)))
      rest = rest[end.upperBound...].dropFirst(length)
    }
    return answers
  }
}
