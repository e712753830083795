import Foundation
import Glibc

/// A blocking TCP connection to a port of 127.0.0.1.
public final class LoopbackSocket: Sendable {
  private let descriptor: Int32

  /// Connects; every later call gives up after half a minute.
  /// - Parameter receiveBuffer: bytes that the system keeps for us before the other side has to wait, about.
  public init(connectingTo port: Int, receiveBuffer: Int32? = nil) throws {
    descriptor = Self.open()
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    if var receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
    }
    guard Self.withAddress(port, { connect(descriptor, $0, $1) }) == 0 else {
      // `deinit` closes it: it runs when an initializer throws that has set everything.
      throw TestFailure("cannot connect to port \(port): \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    close(descriptor)
  }

  public func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw TestFailure("cannot send: \(String(cString: strerror(errno)))") }
      sent += count
    }
  }

  /// The next bytes; none at the end of the stream. Waits on a thread of its own: those of the tests are few, and are shared.
  public func receive() async throws -> [UInt8] {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try self.receiveBlocking() }) }
    }
  }

  /// The same on the caller's thread.
  public func receiveBlocking() throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 else { throw TestFailure("cannot receive: \(String(cString: strerror(errno)))") }
    return Array(buffer.prefix(count))
  }

  /// A port that nobody listens on.
  public static func freePort() throws -> Int {
    let descriptor = open()
    defer { close(descriptor) }
    guard withAddress(0, { bind(descriptor, $0, $1) }) == 0 else {
      throw TestFailure("cannot bind: \(String(cString: strerror(errno)))")
    }
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
    }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  private static func open() -> Int32 {
    socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  }

  private static func withAddress<R>(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
