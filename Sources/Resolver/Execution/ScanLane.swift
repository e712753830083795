internal import Synchronization

/// Lets a few pipelines at a time keep PostgreSQL busy, so that those that take a moment find connections and processors free.
///
/// Who waits is served by workspace in turn, and within a workspace in the order of coming: one that asks for much waits for
/// itself.
final class ScanLane: Sendable {
  enum Entry: Sendable, Equatable {
    /// To be followed by ``leave()``.
    case entered
    /// The task was cancelled while it waited.
    case cancelled
    /// Too many wait already, or it took too long: what begins late would be cancelled in the middle.
    case full
  }

  fileprivate struct Waiter: Sendable {
    let id: Int
    let continuation: CheckedContinuation<Entry, Never>
  }

  fileprivate struct State: Sendable {
    var running = 0
    var waiting = 0
    var lastID = 0
    var queues: [String: [Waiter]] = [:]
    /// The workspaces that wait; the first is next.
    var turns: [String] = []
  }

  private let width: Int
  private let maximumWaiting: Int
  private let patience: Duration
  private let state = Mutex(State())

  /// - Parameters:
  ///   - width: how many run at once.
  ///   - patience: how long one waits at most; less than a request's deadline by what it may take then.
  init(width: Int, maximumWaiting: Int = 1000, patience: Duration = .seconds(3)) {
    precondition(width >= 1)
    self.width = width
    self.maximumWaiting = maximumWaiting
    self.patience = patience
  }

  /// How many run and wait at the moment.
  var statistics: ScanStatistics { state.withLock { ScanStatistics(running: $0.running, waiting: $0.waiting) } }

  /// Waits for a place.
  func enter(_ workspace: String) async -> Entry {
    if Task.isCancelled { return .cancelled }
    let id = state.withLock { state -> Int? in
      if state.running < width {
        state.running += 1
        return nil
      }
      state.lastID += 1
      return state.lastID
    }
    guard let id else { return .entered }
    let alarm = Task {
      try await Task.sleep(for: patience)
      remove(id, workspace, as: .full)
    }
    defer { alarm.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let entry = state.withLock { state -> Entry? in
          if Task.isCancelled { return .cancelled }
          if state.running < width {
            state.running += 1
            return .entered
          }
          guard state.waiting < maximumWaiting else { return .full }
          state.add(Waiter(id: id, continuation: continuation), workspace)
          return nil
        }
        if let entry { continuation.resume(returning: entry) }
      }
    } onCancel: {
      remove(id, workspace, as: .cancelled)
    }
  }

  private func remove(_ id: Int, _ workspace: String, as entry: Entry) {
    state.withLock { $0.remove(id, workspace) }?.continuation.resume(returning: entry)
  }

  /// Gives the place to whoever is next.
  func leave() {
    let next = state.withLock { state in
      let next = state.next()
      if next == nil { state.running -= 1 }
      return next
    }
    next?.continuation.resume(returning: .entered)
  }
}

extension ScanLane.State {
  fileprivate mutating func add(_ waiter: ScanLane.Waiter, _ workspace: String) {
    if queues[workspace] == nil { turns.append(workspace) }
    queues[workspace, default: []].append(waiter)
    waiting += 1
  }

  /// Takes out who is next; his workspace goes to the end of the line.
  fileprivate mutating func next() -> ScanLane.Waiter? {
    guard !turns.isEmpty else { return nil }
    let workspace = turns.removeFirst()
    guard var queue = queues.removeValue(forKey: workspace), !queue.isEmpty else { return nil }
    let waiter = queue.removeFirst()
    waiting -= 1
    if !queue.isEmpty {
      queues[workspace] = queue
      turns.append(workspace)
    }
    return waiter
  }

  /// Nil when he does not wait any more, or not yet.
  fileprivate mutating func remove(_ id: Int, _ workspace: String) -> ScanLane.Waiter? {
    guard var queue = queues[workspace], let index = queue.firstIndex(where: { $0.id == id }) else { return nil }
    let waiter = queue.remove(at: index)
    waiting -= 1
    queues[workspace] = queue.isEmpty ? nil : queue
    if queue.isEmpty { turns.removeAll { $0 == workspace } }
    return waiter
  }
}

/// How many pipelines that keep PostgreSQL busy there are.
public struct ScanStatistics: Sendable, Equatable {
  public let running: Int
  public let waiting: Int
}
