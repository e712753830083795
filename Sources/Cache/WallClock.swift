import Glibc

enum WallClock {
  /// Since the beginning of 1970, UTC.
  typealias Milliseconds = Int64

  static var milliseconds: Milliseconds {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
