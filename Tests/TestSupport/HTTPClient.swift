import Foundation
import Glibc
public import JSON

/// A small HTTP/1.1 client that sends what it is told and nothing besides: no cookies, no redirects, no `Accept` of its
/// own. One connection a request.
public struct HTTPClient: Sendable {
  public let port: Int
  private let fields: [(String, String)]

  /// - Parameter fields: sent with every request.
  public init(port: Int, fields: [(String, String)] = []) {
    self.port = port
    self.fields = fields
  }

  /// The same client, with further header fields on every request.
  public func with(_ more: [(String, String)]) -> HTTPClient {
    HTTPClient(port: port, fields: fields + more)
  }

  /// The same client, with a bearer token.
  public func with(token: String) -> HTTPClient {
    with([("Authorization", "Bearer \(token)")])
  }

  public func get(_ target: String, fields: [(String, String)] = []) async throws -> HTTPAnswer {
    try await send("GET", target, fields: fields)
  }

  /// Posts JSON text.
  public func post(_ target: String, json: String, fields: [(String, String)] = []) async throws -> HTTPAnswer {
    try await send("POST", target, fields: [("Content-Type", "application/json")] + fields, body: Array(json.utf8))
  }

  /// Posts a GraphQL request. `variables` is JSON text.
  public func graphQL(_ query: String, variables: String? = nil) async throws -> HTTPAnswer {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("query")
    writer.string(query)
    if let variables {
      writer.key("variables")
      writer.raw(Array(variables.utf8))
    }
    writer.endObject()
    return try await post("/graphql", json: String(decoding: writer.bytes, as: UTF8.self))
  }

  public func send(
    _ method: String,
    _ target: String,
    fields: [(String, String)] = [],
    body: [UInt8]? = nil
  ) async throws -> HTTPAnswer {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    for (name, value) in self.fields + fields { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.count)\r\n" }
    let bytes = Array((head + "\r\n").utf8) + (body ?? [])
    return try HTTPAnswer(try await exchange(bytes))
  }

  /// Sends bytes as they are and gives what comes back until the server closes.
  public func exchange(_ bytes: [UInt8]) async throws -> [UInt8] {
    let port = port
    // Blocking calls on a thread of their own: the test's tasks may be the very server that we wait for.
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try Self.blockingExchange(port, bytes) })
      }
    }
  }

  private static func blockingExchange(_ port: Int, _ bytes: [UInt8]) throws -> [UInt8] {
    let socket = try LoopbackSocket(connectingTo: port)
    try socket.send(bytes)
    var answer: [UInt8] = []
    while case let part = try socket.receiveBlocking(), !part.isEmpty { answer += part }
    return answer
  }
}

/// What came back, its transfer coding undone.
public struct HTTPAnswer: Sendable {
  public let status: Int
  public let fields: [(name: String, value: String)]
  public let body: [UInt8]

  public var text: String { String(decoding: body, as: UTF8.self) }

  /// The body as JSON.
  public var json: JSONValue {
    get throws { try JSONDocument(parsing: body).root }
  }

  /// The first field of that name, whatever its case.
  public subscript(name: String) -> String? {
    fields.first { $0.name == name.lowercased() }?.value
  }

  init(_ bytes: [UInt8]) throws {
    let end: [UInt8] = [13, 10, 13, 10]
    guard let separator = bytes.firstRange(of: end) else {
      throw TestFailure("no HTTP answer: '\(String(decoding: bytes.prefix(200), as: UTF8.self))'")
    }
    let lines = String(decoding: bytes[..<separator.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count >= 2, let status = Int(words[1]) else { throw TestFailure("no status line: '\(lines[0])'") }
    self.status = status
    fields = lines.dropFirst().compactMap { line in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      return (line[..<colon].lowercased(), value)
    }
    let rest = Array(bytes[separator.upperBound...])
    let isChunked = fields.contains { $0.name == "transfer-encoding" && $0.value == "chunked" }
    body = isChunked ? try Self.joinChunks(rest) : rest
  }

  private static func joinChunks(_ bytes: [UInt8]) throws -> [UInt8] {
    var body: [UInt8] = []
    var rest = bytes[...]
    while let lineEnd = rest.firstRange(of: [13, 10]) {
      let size = Int(String(decoding: rest[..<lineEnd.lowerBound], as: UTF8.self), radix: 16)
      guard let size, rest.count >= size else { break }
      if size == 0 { return body }
      body += rest[lineEnd.upperBound...].prefix(size)
      rest = rest[lineEnd.upperBound...].dropFirst(size + 2)
    }
    throw TestFailure("the chunked body ends early")
  }
}
