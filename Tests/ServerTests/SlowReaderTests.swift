import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import Server

/// Clients that take their answer slowly: the connection does not end before they have it.
@Suite struct SlowReaderTests {
  private static let request = Array("POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}".utf8)
  private static let body = String(repeating: "x", count: 2_000_000)

  @Test func theWatchOverIdleConnectionsWaits() async throws {
    try await withServer(idleTimeout: .milliseconds(300)) { port, _ in
      let socket = try LoopbackSocket(connectingTo: port, receiveBuffer: 4096)
      try socket.send(Self.request)
      try await Task.sleep(for: .milliseconds(450))
      #expect(try await received(from: socket) > Self.body.utf8.count)
    }
  }

  @Test func theEndOfTheGatewayWaits() async throws {
    try await withServer(idleTimeout: .seconds(60)) { port, connections in
      let socket = try LoopbackSocket(connectingTo: port, receiveBuffer: 4096)
      try socket.send(Self.request)
      try await Task.sleep(for: .milliseconds(300))
      // As the framework does when it is told to end.
      connections.last?.close(promise: nil)
      #expect(try await received(from: socket) > Self.body.utf8.count)
    }
  }

  /// Nobody is waited for who takes nothing.
  @Test func theConnectionOfAClientThatDoesNotReadEnds() async throws {
    try await withServer(idleTimeout: .milliseconds(300)) { port, connections in
      let socket = try LoopbackSocket(connectingTo: port, receiveBuffer: 4096)
      try socket.send(Self.request)
      let connection = try await Patience.wait(for: "the connection") { connections.last }
      try await Patience.wait(for: "its end") { connection.isActive ? nil : true }
      withExtendedLifetime(socket) {}
    }
  }

  /// Bytes until the end of the stream, taken in small steps.
  private func received(from socket: LoopbackSocket) async throws -> Int {
    var count = 0
    while case let part = try socket.receive(), !part.isEmpty {
      count += part.count
      if count < 200_000 { try await Task.sleep(for: .milliseconds(5)) }
    }
    return count
  }

  private func withServer(idleTimeout: Duration, _ body: (Int, ConnectionList) async throws -> Void) async throws {
    let handlers = ConnectionHandlers(responder: YesResponder(body: Self.body), idleTimeout: idleTimeout)
    let connections = ConnectionList()
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.socketOption(.so_sndbuf), value: 16_384)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
          try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
          try pipeline.addHandlers(handlers.make())
          connections.append(channel)
        }
      }
      .bind(host: "127.0.0.1", port: 0)
      .get()
    do {
      try await body(try #require(server.localAddress?.port), connections)
    } catch {
      try await server.close()
      throw error
    }
    try await server.close()
  }

  private final class ConnectionList: Sendable {
    private let all = Mutex<[any Channel]>([])

    var last: (any Channel)? { all.withLock { $0.last } }

    func append(_ channel: any Channel) { all.withLock { $0.append(channel) } }
  }
}
