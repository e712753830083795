import Foundation

/// A file for a shell to read (`. .data/env`), so that commands in another terminal find the servers of a running stack. Only
/// its owner may read it: URLs hold passwords.
struct ConnectionFile: Sendable {
  private static let names = ["TIMESCALE_URL", "POSTGRES_URL", "REDIS_URL"]

  let path: String

  init(_ folder: DataFolder) {
    path = folder.path + "/env"
  }

  /// - Throws: `GatewayFailure` when the file cannot be written.
  func write(_ environment: [String: String]) throws {
    let lines = Self.names.map { name in
      "export \(name)='\((environment[name] ?? "").replacing("'", with: "'\\''"))'\n"
    }
    let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
    let isWritten = FileManager.default.createFile(
      atPath: path,
      contents: Data(lines.joined().utf8),
      attributes: attributes
    )
    guard isWritten else { throw GatewayFailure("cannot write '\(path)'") }
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }
}
