import Glibc

/// Words for the person who started us. They go to standard error: standard output is for results.
enum Terminal {
  static let isInteractive = isatty(STDERR_FILENO) == 1

  static func say(_ message: String) {
    write("tracegate: \(message)\n")
  }

  /// `3 types`, `1 type`.
  static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// Writes text as it is, whole or not at all visible to other writers of short lines.
  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}
