import Foundation
import Glibc

/// The folder that holds everything the private servers keep, and belongs to one running stack at a time.
final class DataFolder: Sendable {
  /// Absolute, with symbolic links resolved: what `/proc` shows as a server's working folder.
  let path: String
  private let lock: Int32

  var postgres: String { path + "/postgres" }
  var redis: String { path + "/redis" }
  /// Unix sockets.
  var run: String { path + "/run" }
  var postgresLog: String { path + "/log/postgres.log" }
  var redisLog: String { path + "/log/redis.log" }

  /// Makes the folder where it is missing and takes its lock.
  ///
  /// The lock is flock(2) on an open file: it ends with the process that holds it, so a killed run leaves none behind.
  ///
  /// - Throws: `GatewayFailure` when another stack uses the folder, or it cannot be made.
  init(_ name: String) throws {
    do {
      for folder in [name, name + "/redis", name + "/run", name + "/log"] {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
    } catch {
      throw GatewayFailure("cannot make the data folder '\(name)': \(error.localizedDescription)")
    }
    path = URL(fileURLWithPath: name).resolvingSymlinksInPath().path
    lock = try Self.takeLock(path)
  }

  deinit {
    close(lock)
  }

  private static func takeLock(_ path: String) throws -> Int32 {
    let file = path + "/lock"
    let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw GatewayFailure("cannot open '\(file)': \(SystemError.text(errno))") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      let holder = (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: "\n").first ?? "unknown"
      throw GatewayFailure(
        "the data folder '\(path)' is in use by another tracegate (process \(holder)); "
          + "end that one, or give this one a folder of its own with --data-folder"
      )
    }
    let holder = Array("\(getpid())\n".utf8)
    ftruncate(descriptor, 0)
    _ = unsafe write(descriptor, holder, holder.count)
    return descriptor
  }
}
