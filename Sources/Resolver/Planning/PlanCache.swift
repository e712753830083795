import Schema
import Synchronization

/// Compiled documents by their text, bounded in bytes: a document that was seen before is not parsed again.
///
/// Holds no identity, no variables and no data, so it is shared by all workspaces. The whole text is compared on a
/// hit. Evicts in order of arrival, sparing once what was used since (the "clock" policy).
final class PlanCache: Sendable {
  private struct Entry {
    let compiled: CompiledDocument
    /// What the document and its plans occupy.
    var bytes: Int
    var wasUsed = false
  }

  private struct State {
    var entries: [[UInt8]: Entry] = [:]
    var arrivals: [[UInt8]] = []
    /// Position of the oldest in `arrivals`; what stands before it is gone.
    var oldest = 0
    var statistics = PlanStatistics()
  }

  private let maxBytes: Int
  private let state = Mutex(State())

  init(maxBytes: Int) {
    self.maxBytes = maxBytes
  }

  var statistics: PlanStatistics { state.withLock { $0.statistics } }

  /// The document of a request, which counts as a hit or a miss.
  func find(_ text: [UInt8]) -> CompiledDocument? {
    state.withLock { state in
      guard let index = state.entries.index(forKey: text) else {
        state.statistics.misses += 1
        return nil
      }
      state.entries.values[index].wasUsed = true
      state.statistics.hits += 1
      return state.entries.values[index].compiled
    }
  }

  /// The same without counting anything.
  func peek(_ text: [UInt8]) -> CompiledDocument? {
    state.withLock { state in
      guard let index = state.entries.index(forKey: text) else { return nil }
      state.entries.values[index].wasUsed = true
      return state.entries.values[index].compiled
    }
  }

  /// Counts a request whose document ``peek(_:)`` gave.
  func countHit() {
    state.withLock { $0.statistics.hits += 1 }
  }

  /// Counts a document that was parsed and validated, whether it was valid or not.
  func countCompilation() {
    state.withLock { $0.statistics.compilations += 1 }
  }

  func insert(_ compiled: CompiledDocument) {
    let text = compiled.document.source.bytes
    let bytes = compiled.byteCount
    guard bytes <= maxBytes else { return }
    state.withLock { state in
      guard state.entries[text] == nil else { return }
      state.entries[text] = Entry(compiled: compiled, bytes: bytes)
      state.arrivals.append(text)
      state.statistics.bytes += bytes
      state.statistics.documents += 1
      makeRoom(in: &state)
    }
  }

  /// Counts a plan that a document of the cache has gained.
  func charge(_ compiled: CompiledDocument, plan bytes: Int) {
    let text = compiled.document.source.bytes
    state.withLock { state in
      state.statistics.plannings += 1
      guard let index = state.entries.index(forKey: text), state.entries.values[index].compiled === compiled else {
        return
      }
      state.entries.values[index].bytes += bytes
      state.statistics.bytes += bytes
      makeRoom(in: &state)
    }
  }

  private func makeRoom(in state: inout State) {
    while state.statistics.bytes > maxBytes { evictOldest(from: &state) }
  }

  private func evictOldest(from state: inout State) {
    let text = state.arrivals[state.oldest]
    state.oldest += 1
    if state.oldest > state.arrivals.count / 2 {
      state.arrivals.removeFirst(state.oldest)
      state.oldest = 0
    }
    guard let entry = state.entries[text] else { return }
    if entry.wasUsed {
      state.entries[text]?.wasUsed = false
      state.arrivals.append(text)
    } else {
      state.entries[text] = nil
      state.statistics.bytes -= entry.bytes
      state.statistics.documents -= 1
      state.statistics.evictions += 1
    }
  }
}
