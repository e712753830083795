import Foundation
import Glibc

/// Finding programs.
enum Executable {
  /// The absolute path of a program named by path or looked up on the `PATH`.
  ///
  /// - Throws: `GatewayFailure` saying what to install when it is a program of ours to know.
  static func path(of name: String) throws -> String {
    if name.contains("/") { return name }
    // The system's folders come last, as a desktop user's PATH often lacks the sbin ones.
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") + ["/usr/bin", "/usr/sbin"]
    for folder in folders {
      let path = "\(folder)/\(name)"
      if unsafe access(path, X_OK) == 0 { return path }
    }
    let hint = packages[name].map { "; install \($0) (apt-get install \($0))" } ?? ""
    throw GatewayFailure("program '\(name)' was not found on the PATH\(hint)")
  }

  private static let packages = [
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "redis-server": "redis-server",
  ]
}

/// The C library's words for its error numbers.
enum SystemError {
  static func text(_ number: Int32) -> String {
    unsafe String(cString: strerror(number))
  }
}
