/// A program to start: what to run, with what, and where its words go.
struct ChildCommand: Sendable {
  /// Where standard output and standard error of the child go.
  enum Output: Sendable {
    /// To our own.
    case inherited
    /// To the end of the file at this path, which is made when it is not there.
    case file(String)
  }

  /// What messages call it, for example `PostgreSQL`.
  var name: String
  /// Absolute path, or a name to look up on the `PATH`.
  var executable: String
  var arguments: [String] = []
  /// Variables on top of our own environment; these win.
  var environment: [String: String] = [:]
  /// Text for standard input, at most a pipe's buffer (64 KiB); without it the child reads `/dev/null`.
  var input: String?
  var output: Output = .inherited
  /// Whether the child leads a process group of its own, so that a Ctrl-C at the terminal reaches us alone and we
  /// decide in which order things end.
  var leadsGroup = true
  /// What the kernel sends the child when we die without having ended it (signal(7), without `SIG`).
  var deathSignal = "TERM"
}

/// How a child ended.
enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
  case exited(Int32)
  case signalled(Int32)

  var isSuccess: Bool { self == .exited(0) }

  /// The status a shell would report: the exit code, or 128 and the signal.
  var shellStatus: Int32 {
    switch self {
    case .exited(let code): code
    case .signalled(let signal): 128 + signal
    }
  }

  var description: String {
    switch self {
    case .exited(let code): "exit status \(code)"
    case .signalled(let signal): "signal \(signal)"
    }
  }
}
