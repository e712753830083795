import Glibc

/// The few socket calls of ``WireProxy``. Descriptors that are given back do not block.
enum WireSocket {
  /// Listens on 127.0.0.1 at a port that the kernel chooses.
  static func listen() throws -> (descriptor: Int32, port: Int) {
    let descriptor = try open(AF_INET)
    var address = try ipv4(host: "127.0.0.1", port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && Glibc.listen(descriptor, 128) == 0
          && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard status else {
      close(descriptor)
      throw WireProxy.Failure("bind, listen")
    }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  /// Connects and waits for it: the servers of tests are on the same machine.
  static func connect(to target: WireProxy.Target) throws -> Int32 {
    let descriptor: Int32
    let status: Int32
    switch target {
    case .tcp(let host, let port):
      descriptor = try open(AF_INET, blocking: true)
      status = connect(descriptor, try ipv4(host: host, port: port))
      disableDelay(descriptor)
    case .unix(let path):
      descriptor = try open(AF_UNIX, blocking: true)
      status = connect(descriptor, try unix(path: path))
    }
    guard status == 0 else {
      close(descriptor)
      throw WireProxy.Failure("connect")
    }
    stopBlocking(descriptor)
    return descriptor
  }

  static func stopBlocking(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  static func disableDelay(_ descriptor: Int32) {
    var isOn: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func open(_ family: Int32, blocking: Bool = false) throws -> Int32 {
    let flags = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | (blocking ? 0 : SOCK_NONBLOCK.rawValue)
    let descriptor = socket(family, Int32(flags), 0)
    guard descriptor >= 0 else { throw WireProxy.Failure("socket") }
    return descriptor
  }

  private static func connect<Address>(_ descriptor: Int32, _ address: Address) -> Int32 {
    withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }

  private static func ipv4(host: String, port: Int) throws -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { throw WireProxy.Failure("inet_pton \(host)") }
    return address
  }

  private static func unix(path: String) throws -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard path.utf8.count < room.count else { return false }
      room.copyBytes(from: path.utf8)
      return true
    }
    guard fits else { throw WireProxy.Failure("socket path \(path)") }
    return address
  }
}
