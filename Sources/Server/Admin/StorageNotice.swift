import Database
import Logging
import ServiceLifecycle

/// Tells in the log how the traces are kept, as soon as the database says so.
struct StorageNotice: Service, CustomStringConvertible {
  let pool: ConnectionPool
  let logger: Logger

  var description: String { "storage notice" }

  func run() async throws {
    // A shutdown before that ends the wait, and is no failure.
    try? await cancelWhenGracefulShutdown {
      while true {
        if let storage = try? await TraceStorage.read(pool), storage.kind != nil {
          return logger.info("traces are kept", metadata: ["in": "\(storage)"])
        }
        try await Task.sleep(for: .seconds(1))
      }
    }
    // A service that ends would end the others.
    try await gracefulShutdown()
  }
}
