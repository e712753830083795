import CCrypt
import Glibc
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Hashes and checks passwords with libcrypt's bcrypt on threads of its own.
///
/// A hash takes a core for about 0.2 s at cost 12, so the work never runs on an event loop, and the queue before the
/// threads is short: more than it holds is refused at once rather than answered minutes later.
final class PasswordHasher: Service {
  private let pool: NIOThreadPool
  private let cost: Int
  private let admitted = Mutex(0)
  private let capacity: Int

  /// Why there is no hash.
  enum Failure: Error, Equatable {
    /// Threads and queue are full; try again in a second.
    case busy
    /// libcrypt refused, or there is no memory.
    case unusable
  }

  /// - Parameters:
  ///   - cost: of new hashes, 4 to 31; checking uses the cost that the hash was made with.
  ///   - queue: how many may wait beyond those that the threads work on.
  init(cost: Int, threads: Int, queue: Int) {
    self.cost = cost
    capacity = threads + queue
    pool = NIOThreadPool(numberOfThreads: threads)
    pool.start()
  }

  /// Keeps the threads until shutdown.
  func run() async throws {
    try? await gracefulShutdown()
    try await pool.shutdownGracefully()
  }

  /// A new `$2b$` hash of a password of at most 72 bytes without NUL. No round trip; about 0.2 s at cost 12.
  func hash(_ password: String) async throws -> String {
    let cost = cost
    return try await admit {
      guard let setting = BCrypt.makeSetting(cost: cost), let hash = BCrypt.hash(password, setting: setting) else {
        throw Failure.unusable
      }
      return hash
    }
  }

  /// Whether `password` has this hash. Takes as long for an unknown account (`hash` nil, answer false) as for a known
  /// one, so that the time says nothing about who has an account.
  func verify(_ password: String, against hash: String?) async throws -> Bool {
    let expected = hash ?? BCrypt.nobodysHash(cost: cost)
    let isKnown = hash != nil
    return try await admit { BCrypt.verify(password, against: expected) && isKnown }
  }

  private func admit<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    let isAdmitted = admitted.withLock { count in
      guard count < capacity else { return false }
      count += 1
      return true
    }
    guard isAdmitted else { throw Failure.busy }
    defer { admitted.withLock { $0 -= 1 } }
    return try await pool.runIfActive(work)
  }
}

/// The calls to libcrypt (crypt(3), crypt_gensalt(3)), all blocking.
enum BCrypt {
  /// `$2b$<cost>$` and a fresh salt from the kernel's randomness.
  static func makeSetting(cost: Int) -> String? {
    var output = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
    let size = Int32(output.count)
    // A nil `rbytes` asks libxcrypt to take randomness from the kernel.
    guard unsafe crypt_gensalt_rn("$2b$", UInt(cost), nil, 0, &output, size) != nil else { return nil }
    return text(output)
  }

  /// Nil when libcrypt does not take the setting, or the password holds a NUL, which C would take for its end.
  static func hash(_ password: String, setting: String) -> String? {
    guard !password.utf8.contains(0) else { return nil }
    let scratch = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
    let size = MemoryLayout<crypt_data>.size
    // Zeroed as crypt_r(3) demands before first use, and again after, because it holds traces of the password.
    unsafe explicit_bzero(scratch, size)
    defer {
      unsafe explicit_bzero(scratch, size)
      unsafe scratch.deallocate()
    }
    guard let result = unsafe crypt_r(password, setting, scratch) else { return nil }
    let hash = unsafe String(cString: result)
    // libxcrypt answers an error with a string that starts with `*` and is no hash.
    return hash.hasPrefix("*") ? nil : hash
  }

  /// Takes as long whether it fits or not; only `$2` hashes are taken, so that no weak scheme can slip in.
  static func verify(_ password: String, against expected: String) -> Bool {
    guard expected.hasPrefix("$2"), let actual = hash(password, setting: expected) else { return false }
    return isEqual(Array(actual.utf8), Array(expected.utf8))
  }

  /// A setting that no password's hash equals, because the part behind the salt is not base 64 of any digest of ours.
  static func nobodysHash(cost: Int) -> String {
    "$2b$" + (cost < 10 ? "0" : "") + "\(cost)$" + String(repeating: "O", count: 22) + String(repeating: ".", count: 31)
  }

  private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
