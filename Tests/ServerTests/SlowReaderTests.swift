import Foundation
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
    try await withServer(idleTimeout: .seconds(1)) { port, _ in
      let socket = try LoopbackSocket(connectingTo: port, receiveBuffer: 4096)
      try socket.send(Self.request)
      #expect(await received(from: socket, after: 1_500_000) > Self.body.utf8.count)
    }
  }

  @Test func theEndOfTheGatewayWaits() async throws {
    try await withServer(idleTimeout: .seconds(60)) { port, connections in
      let socket = try LoopbackSocket(connectingTo: port, receiveBuffer: 4096)
      try socket.send(Self.request)
      let progress = Atomic(0)
      async let received = received(from: socket, after: 0) { progress.store($0, ordering: .relaxed) }
      try await Patience.wait(for: "the answer to begin") { progress.load(ordering: .relaxed) > 0 ? true : nil }
      // As the framework does when it is told to end.
      connections.last?.close(promise: nil)
      #expect(await received > Self.body.utf8.count)
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

  /// Bytes until the end of the stream, taken in small steps, by a thread that has nothing else to do.
  private func received(
    from socket: LoopbackSocket,
    after microseconds: UInt32,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) async -> Int {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        usleep(microseconds)
        var count = 0
        while let part = try? socket.receiveBlocking(), !part.isEmpty {
          count += part.count
          progress(count)
          if count < 200_000 { usleep(5000) }
        }
        continuation.resume(returning: count)
      }
    }
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
