import Foundation
import NIOCore

/// The processors that this process may run on, which can be fewer than the machine has (taskset(1), cpusets).
enum Processors {
  /// One event loop each: more would only take turns. To be called before the first is used.
  static func giveEachAnEventLoop() {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    guard let allowed = status.flatMap(count) else { return }
    NIOSingletons.groupLoopCountSuggestion = min(allowed, System.coreCount)
  }

  /// - Parameter status: see proc_pid_status(5); `Cpus_allowed:	ff,ffffffff` is a mask in hexadecimal.
  static func count(in status: String) -> Int? {
    let mask = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }?.dropFirst("Cpus_allowed:".count)
    let bits = mask?.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    return bits.flatMap { $0 > 0 ? $0 : nil }
  }
}
