import Foundation
import TestSupport
import Testing

/// Clients that take their answers slowly: the connection does not end before they have them.
@Suite(.needsServers, .serialized)
struct SlowReaderTests {
  /// About 700 kB.
  private static let query =
    "{ " + (0..<20).map { "a\($0): traces(limit: 100) { items { ...t } }" }.joined(separator: " ") + " } "
    + "fragment t on Trace { traceId workspaceId agentId timestamp model costUsd latencyMs tokensTotal tokensInput "
    + "tokensOutput modelProvider qualityScore tags }"

  @Test func theWatchOverIdleConnectionsWaits() async throws {
    var stand = try GatewayStand()
    stand.environment = ["IDLE_TIMEOUT_SECONDS": "1"]
    try await stand.run { gateway in
      let socket = try await asked(4, of: gateway)
      try await Task.sleep(for: .milliseconds(1500))
      #expect(try await wholeAnswers(from: socket) == 4)
    }
  }

  @Test func theEndOfTheGatewayWaits() async throws {
    try await GatewayStand().run { gateway in
      let socket = try await asked(4, of: gateway)
      async let end = gateway.program.stop()
      try await Task.sleep(for: .milliseconds(300))
      #expect(try await wholeAnswers(from: socket) == 4)
      #expect(await end.status == 0)
    }
  }

  /// A connection on which so many answers wait to be read.
  private func asked(_ count: Int, of gateway: GatewayUnderTest) async throws -> LoopbackSocket {
    for _ in 0..<3 { _ = try await gateway.owner.client.graphQL(Self.query) }
    let socket = try LoopbackSocket(connectingTo: gateway.anybody.port, receiveBuffer: 4096)
    for _ in 0..<count {
      try socket.send(Array(RawHTTP.post(Self.query, token: gateway.owner.token).utf8))
      try await Task.sleep(for: .milliseconds(60))
    }
    return socket
  }

  private func wholeAnswers(from socket: LoopbackSocket) async throws -> Int {
    var bytes: [UInt8] = []
    while case let part = try socket.receive(), !part.isEmpty {
      bytes += part
      try await Task.sleep(for: .milliseconds(1))
    }
    return try RawHTTP.answers(in: bytes).count { $0.body.hasSuffix("]}}}") }
  }
}
