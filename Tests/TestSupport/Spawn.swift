import Foundation
import Glibc

/// A child process by posix_spawn(3), whose only descriptors are the standard ones.
///
/// Foundation's `Process` hears of a child's end by a socket that children started meanwhile inherit: then it does not hear of it
/// before those have ended too, and two groups of servers that are ended one after the other may wait for each other for ever.
struct Spawn {
  let processID: Int32
  /// What the child writes.
  let output: FileHandle
  let errors: FileHandle

  init(_ arguments: [String], environment: [String: String]) throws {
    let (output, errors) = (try Self.pipe(), try Self.pipe())
    defer { for end in [output.write, errors.write] { close(end) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors.write, STDERR_FILENO)
    // What others have opened without close-on-exec is none of the child's business.
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)

    // A child inherits the mask of the thread that starts it, and Dispatch's threads block everything.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let argv = arguments.map { strdup($0) }
    let envp = environment.map { strdup("\($0.key)=\($0.value)") }
    defer { for text in argv + envp { free(text) } }
    var processID: pid_t = 0
    let error = posix_spawn(&processID, arguments[0], &actions, &attributes, argv + [nil], envp + [nil])
    self.output = FileHandle(fileDescriptor: output.read, closeOnDealloc: true)
    self.errors = FileHandle(fileDescriptor: errors.read, closeOnDealloc: true)
    self.processID = processID
    guard error == 0 else {
      throw TestFailure("\(arguments[0]) cannot be started: \(String(cString: strerror(error)))")
    }
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw TestFailure("no pipe: \(String(cString: strerror(errno)))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// Waits for the end, blocking the thread.
  /// - Returns: the exit code, or 128 and the signal.
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(processID, &status, 0) == -1 { guard errno == EINTR else { return -1 } }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }
}
