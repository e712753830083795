import Glibc
import NIOCore
import ServiceLifecycle

/// One of the gateway's listeners, as a service whose failure to bind says which address is the trouble.
struct Listener: Service, CustomStringConvertible {
  /// `127.0.0.1:8000`, as configured.
  let address: String
  let application: any Service

  var description: String { "listener \(address)" }

  /// Why a listener could not begin.
  struct Failure: Error, CustomStringConvertible {
    let address: String
    let reason: String

    var description: String { "cannot listen on \(address): \(reason)" }
  }

  func run() async throws {
    do {
      try await application.run()
    } catch let error as IOError {
      throw Failure(address: address, reason: Self.reason(error.errnoCode))
    }
  }

  private static func reason(_ code: CInt) -> String {
    switch code {
    case EADDRINUSE: "the port is in use; stop what uses it, or set PORT or SERVICE_PORT to another"
    case EACCES: "not permitted; ports below 1024 need a privilege"
    case EADDRNOTAVAIL: "no interface of this machine has the address; see HOST and SERVICE_HOST"
    default: unsafe String(cString: strerror(code))
    }
  }
}
