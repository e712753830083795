import Foundation
import Glibc

/// One call of posix_spawn(3): a clean signal state, the three standard descriptors (ours are all close-on-exec), and
/// the kernel's promise to tell the child when we die, however we die.
struct SpawnRequest {
  private let command: ChildCommand

  init(_ command: ChildCommand) {
    self.command = command
  }

  /// Starts the program and gives its process number.
  func spawn() throws -> pid_t {
    let executable = try Executable.path(of: command.executable)
    // setpriv(1) sets the parent-death signal and becomes the program: no process stands between it and us.
    let arguments =
      [try Executable.path(of: "setpriv"), "--pdeathsig", command.deathSignal, executable] + command.arguments
    var environment = ProcessInfo.processInfo.environment
    environment.merge(command.environment) { _, ours in ours }
    let variables = environment.map { "\($0.key)=\($0.value)" }

    return try unsafe withFileActions { actions in
      try unsafe withAttributes { attributes in
        try unsafe Self.withCStrings(arguments) { argv in
          try unsafe Self.withCStrings(variables) { envp in
            var processID: pid_t = 0
            let error = unsafe posix_spawn(&processID, arguments[0], actions, attributes, argv, envp)
            guard error == 0 else { throw failure("cannot be started", error) }
            return processID
          }
        }
      }
    }
  }

  private func withFileActions<R>(_ body: (UnsafePointer<posix_spawn_file_actions_t>) throws -> R) throws -> R {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }

    let input = try openInput()
    defer { close(input) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    if case .file(let path) = command.output {
      let flags = O_WRONLY | O_CREAT | O_APPEND
      unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path, flags, 0o644)
      unsafe posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    }
    return try unsafe body(&actions)
  }

  private func openInput() throws -> Int32 {
    guard let text = command.input else {
      let null = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
      guard null >= 0 else { throw failure("cannot open /dev/null", errno) }
      return null
    }
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw failure("cannot have a pipe", errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    let bytes = Array(text.utf8)
    guard unsafe write(ends[1], bytes, bytes.count) == bytes.count else {
      close(ends[0])
      throw failure("cannot be given its input", errno)
    }
    return ends[0]
  }

  private func withAttributes<R>(_ body: (UnsafePointer<posix_spawnattr_t>) throws -> R) throws -> R {
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }

    // A child inherits ignored signals and the mask of the thread that spawned it: give it the defaults.
    var none = sigset_t()
    var all = sigset_t()
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    if command.leadsGroup {
      unsafe posix_spawnattr_setpgroup(&attributes, 0)
      flags |= POSIX_SPAWN_SETPGROUP
    }
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    return try unsafe body(&attributes)
  }

  private func failure(_ what: String, _ error: Int32) -> GatewayFailure {
    GatewayFailure("\(command.name) \(what): \(SystemError.text(error))")
  }

  private static func withCStrings<R>(
    _ strings: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) throws -> R
  ) rethrows -> R {
    let copies = unsafe strings.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    return try unsafe body(copies + [nil])
  }
}
