import Glibc

/// TCP ports on 127.0.0.1.
enum LoopbackPort {
  /// Checks that a server could listen on `port`; for 0, picks a free one.
  ///
  /// - Parameter setting: what a person changes to get another port, for example `--redis-port`.
  static func claim(_ port: Int, for server: String, setting: String) throws -> Int {
    guard (0...65535).contains(port) else {
      throw GatewayFailure("\(setting) must be a port from 0 to 65535, not \(port)")
    }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw GatewayFailure("cannot have a socket: \(SystemError.text(errno))") }
    defer { close(descriptor) }

    // As the servers do: a port with connections in TIME_WAIT is free.
    var yes: Int32 = 1
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = loopback(port)
    let status = unsafe withSocketAddress(&address) { unsafe bind(descriptor, $0, $1) }
    guard status == 0 else {
      guard errno == EADDRINUSE else {
        throw GatewayFailure("\(server) cannot have port \(port): \(SystemError.text(errno))")
      }
      throw GatewayFailure(
        "port \(port) on 127.0.0.1, meant for \(server), is taken by another program; choose another with \(setting)"
      )
    }
    guard port == 0 else { return port }
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = unsafe withSocketAddress(&address) { pointer, _ in unsafe getsockname(descriptor, pointer, &size) }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// Sends `request` to the server on `port` and gives the first bytes of its answer; `nil` when there is none within
  /// a second.
  static func ask(_ port: Int, _ request: String) -> String? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var patience = timeval(tv_sec: 1, tv_usec: 0)
    let patienceSize = socklen_t(MemoryLayout<timeval>.size)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, patienceSize)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, patienceSize)

    var address = loopback(port)
    guard unsafe withSocketAddress(&address, { unsafe connect(descriptor, $0, $1) }) == 0 else { return nil }
    let bytes = Array(request.utf8)
    guard unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return nil }
    var answer = [UInt8](repeating: 0, count: 256)
    let count = unsafe recv(descriptor, &answer, answer.count, 0)
    return count > 0 ? String(decoding: answer.prefix(count), as: UTF8.self) : nil
  }

  private static func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  private static func withSocketAddress<R>(
    _ address: inout sockaddr_in,
    _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> R
  ) -> R {
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe body(generic, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
