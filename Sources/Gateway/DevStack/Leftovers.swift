import Foundation
import Glibc

/// Processes of an earlier run that did not end with it.
///
/// A server's working folder is its data folder, so `/proc` says whose it is without any pid file to trust: pid files
/// outlive their process, and their numbers are given to others.
enum Leftovers {
  /// Ends what still runs in `folder` under the name `program`, at most `grace` after asking politely.
  static func end(_ program: String, in folder: String, grace: Duration = .seconds(10)) async throws {
    let found = running(program, in: folder)
    guard !found.isEmpty else { return }
    Terminal.say("ending \(program) of an earlier run (process \(found.map(String.init).joined(separator: ", ")))")
    for (signal, patience) in [(SIGTERM, grace), (SIGKILL, .seconds(5))] {
      for process in running(program, in: folder) { kill(process, signal) }
      let deadline = ContinuousClock.now + patience
      while ContinuousClock.now < deadline {
        if running(program, in: folder).isEmpty { return }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
    throw GatewayFailure("\(program) of an earlier run in '\(folder)' cannot be ended; end it by hand")
  }

  private static func running(_ program: String, in folder: String) -> [pid_t] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { pid_t($0) }.filter { process in
      guard (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")) == folder,
        let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
      else { return false }
      return name == program + "\n"
    }.sorted()
  }
}
