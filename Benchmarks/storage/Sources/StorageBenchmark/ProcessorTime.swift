import Glibc

/// How long processes have had a processor: what neighbours on the machine do not change much.
enum ProcessorTime {
  /// Milliseconds of this process.
  static var ofThisProcess: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
  }

  /// Milliseconds of another process on this machine (proc(5), `schedstat`); not a number when it cannot be had.
  static func of(_ process: Int64) -> Double {
    guard let file = unsafe fopen("/proc/\(process)/schedstat", "r") else { return .nan }
    defer { unsafe fclose(file) }
    var text = [UInt8](repeating: 0, count: 64)
    let count = unsafe fread(&text, 1, text.count, file)
    let first = String(decoding: text[..<count], as: UTF8.self).split(separator: " ").first
    return first.flatMap { Double($0) }.map { $0 / 1_000_000 } ?? .nan
  }
}
