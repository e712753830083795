import Glibc
import NIOCore

/// The processors that this process may run on, which can be fewer than the machine has (sched_setaffinity(2), cpusets).
enum Processors {
  /// At least 1.
  static var count: Int {
    var set = unsafe cpu_set_t()
    let size = unsafe MemoryLayout<cpu_set_t>.size
    guard unsafe sched_getaffinity(0, size, &set) == 0 else { return max(1, System.coreCount) }
    let allowed = unsafe withUnsafeBytes(of: set) { unsafe $0.reduce(0) { $0 + $1.nonzeroBitCount } }
    return max(1, min(allowed, System.coreCount))
  }

  /// One event loop each: more would only take turns. To be called before the first is used.
  static func giveEachAnEventLoop() {
    NIOSingletons.groupLoopCountSuggestion = count
  }
}
