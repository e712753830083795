import Schema
import Synchronization

/// Compiled documents by their text, bounded in bytes: a document that was seen before is not parsed again.
///
/// Holds no identity, no variables and no data, so it is shared by all workspaces. The whole text is compared on a
/// hit. Evicts in order of arrival, sparing once what was used since (the "clock" policy).
final class PlanCache: Sendable {
  struct Statistics: Sendable {
    var hits = 0
    var misses = 0
    var documents = 0
    var bytes = 0
  }

  private struct Entry {
    let compiled: CompiledDocument
    var wasUsed: Bool
  }

  private struct State {
    var entries: [[UInt8]: Entry] = [:]
    var arrivals: [[UInt8]] = []
    /// Position of the oldest in `arrivals`; what stands before it is gone.
    var oldest = 0
    var statistics = Statistics()
  }

  private let maxBytes: Int
  private let state = Mutex(State())

  init(maxBytes: Int) {
    self.maxBytes = maxBytes
  }

  var statistics: Statistics { state.withLock { $0.statistics } }

  func find(_ text: [UInt8]) -> CompiledDocument? {
    state.withLock { state in
      guard let compiled = state.entries[text]?.compiled else {
        state.statistics.misses += 1
        return nil
      }
      state.entries[text]?.wasUsed = true
      state.statistics.hits += 1
      return compiled
    }
  }

  func insert(_ compiled: CompiledDocument) {
    let text = compiled.document.source.bytes
    guard compiled.byteCost <= maxBytes else { return }
    state.withLock { state in
      guard state.entries[text] == nil else { return }
      state.entries[text] = Entry(compiled: compiled, wasUsed: false)
      state.arrivals.append(text)
      state.statistics.bytes += compiled.byteCost
      while state.statistics.bytes > maxBytes { evictOldest(from: &state) }
      state.statistics.documents = state.entries.count
    }
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
      state.statistics.bytes -= entry.compiled.byteCost
    }
  }
}
