import CHiredis
import Glibc
import Synchronization

/// hiredis as most programs use it: a connection and a thread for each caller, which waits for each reply.
struct BlockingHiredis {
  let port: Int32

  /// Sends `GET` so many times on each of some threads.
  /// - Returns: replies a second.
  func rate(callers: Int, calls: Int, key: String, expecting length: Int) -> Double {
    let failures = Shared(Atomic<Int>(0))
    var threads = [pthread_t](repeating: 0, count: callers)
    let start = ContinuousClock.now
    for index in 0..<callers {
      let work = Work(port: port, calls: calls, key: key, length: length, failures: failures)
      let context = unsafe Unmanaged.passRetained(work).toOpaque()
      unsafe pthread_create(
        &threads[index],
        nil,
        { context in
          guard let context = unsafe context else { return nil }
          unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
          return nil
        },
        context
      )
    }
    for thread in threads { pthread_join(thread, nil) }
    precondition(failures.value.load(ordering: .relaxed) == 0)
    return Double(callers * calls) / ((ContinuousClock.now - start) / .seconds(1))
  }

  final class Shared: Sendable {
    let value: Atomic<Int>

    init(_ value: consuming sending Atomic<Int>) {
      self.value = value
    }
  }

  private final class Work: Sendable {
    let port: Int32
    let calls: Int
    let key: String
    let length: Int
    let failures: Shared

    init(port: Int32, calls: Int, key: String, length: Int, failures: Shared) {
      self.port = port
      self.calls = calls
      self.key = key
      self.length = length
      self.failures = failures
    }

    func run() {
      guard let context = unsafe redisConnect("127.0.0.1", port) else {
        failures.value.add(1, ordering: .relaxed)
        return
      }
      defer { unsafe redisFree(context) }
      for _ in 0..<calls where unsafe !get(context) { failures.value.add(1, ordering: .relaxed) }
    }

    private func get(_ context: UnsafeMutablePointer<redisContext>) -> Bool {
      let words: [StaticString] = ["GET"]
      return unsafe key.withCString { key in
        var arguments: [UnsafePointer<CChar>?] = unsafe [
          unsafe UnsafeRawPointer(words[0].utf8Start).assumingMemoryBound(to: CChar.self), unsafe key,
        ]
        var lengths = unsafe [3, strlen(key)]
        guard let raw = unsafe redisCommandArgv(context, 2, &arguments, &lengths) else { return false }
        defer { unsafe freeReplyObject(raw) }
        let reply = unsafe raw.assumingMemoryBound(to: redisReply.self)
        return unsafe Int(reply.pointee.len) == length
      }
    }
  }
}
