private import Dispatch
internal import Synchronization

/// Lines of a file in blocks, read on a thread of its own so that a slow disk or pipe holds up nobody else.
final class LineSource: Sendable {
  /// Consecutive lines of the file.
  struct Block: Sendable {
    /// Counts blocks from 0.
    let sequence: Int
    /// Number of the first line, from 1.
    let firstLine: Int
    let lines: [LineSplitter.Line]
    /// Bytes of the file that had been read when the block was complete.
    let bytesRead: Int
  }

  /// A block ends at whichever comes first.
  static let linesPerBlock = 5000
  static let bytesPerBlock = 8 * 1024 * 1024

  private struct State: ~Copyable {
    var source: ByteSource
    var splitter: LineSplitter
    /// Lines that were read and not yet handed on.
    var waiting: [LineSplitter.Line] = []
    var waitingBytes = 0
    var nextLine = 1
    var nextSequence = 0
    var isAtEnd = false
    var failure: LoadError?
  }

  private let state: Mutex<State>
  private let queue = DispatchQueue(label: "tracegate.line-source")
  /// Size of the file; nil when it is a pipe or the like.
  let size: Int?

  init(path: String, lineLimit: Int) throws(LoadError) {
    let source = try ByteSource.open(path: path)
    size = source.size
    state = Mutex(State(source: source, splitter: LineSplitter(limit: lineLimit)))
  }

  /// The next block; nil at the end. Lines before a place that cannot be read come first, then the error.
  func next() async throws(LoadError) -> Block? {
    let result = await withCheckedContinuation { continuation in
      queue.async { [self] in
        continuation.resume(returning: state.withLock { Self.next(&$0) })
      }
    }
    return try result.get()
  }

  private static func next(_ state: inout State) -> Result<Block?, LoadError> {
    while !state.isAtEnd, !hasBlock(state) { read(&state) }
    if !state.waiting.isEmpty { return .success(takeBlock(&state)) }
    if let failure = state.failure { return .failure(failure) }
    return .success(nil)
  }

  private static func hasBlock(_ state: borrowing State) -> Bool {
    // The bytes of a line under way count only once it is complete.
    state.waiting.count >= linesPerBlock || (!state.waiting.isEmpty && state.waitingBytes >= bytesPerBlock)
  }

  private static func read(_ state: inout State) {
    do {
      let bytes = try state.source.next()
      state.isAtEnd = bytes.isEmpty
      var lines: [LineSplitter.Line] = []
      if bytes.isEmpty {
        state.splitter.finish { lines.append($0) }
      } else {
        state.splitter.feed(bytes) { lines.append($0) }
      }
      state.waiting += lines
      state.waitingBytes = state.waiting.isEmpty ? 0 : state.waitingBytes + bytes.count
    } catch {
      // What follows the last line end may be half a line; it is not handed on.
      state.failure = error
      state.isAtEnd = true
    }
  }

  private static func takeBlock(_ state: inout State) -> Block {
    let count = min(state.waiting.count, linesPerBlock)
    let block = Block(
      sequence: state.nextSequence,
      firstLine: state.nextLine,
      lines: Array(state.waiting.prefix(count)),
      bytesRead: state.source.bytesRead
    )
    state.waiting.removeFirst(count)
    if state.waiting.isEmpty { state.waitingBytes = 0 }
    state.nextLine += count
    state.nextSequence += 1
    return block
  }
}
