public import Logging
import Synchronization

/// Invalidates workspaces for those who write again and again: the first time at once, then at most once in an interval
/// and workspace, and once more after the last write. So steady writing does not keep a cache empty.
public final class InvalidationCoalescer: Sendable {
  private struct State {
    /// Workspaces that are seen to, and whether they have changed since their last invalidation began.
    var workspaces: [String: Bool] = [:]
    var isFinishing = false
    /// Whether the last attempt for a workspace has failed.
    var hasLost = false
    var finishers: [CheckedContinuation<Void, Never>] = []
    var sleepers: [String: Task<Void, Never>] = [:]
  }

  private let interval: Duration
  private let log: OccasionalLog
  private let invalidate: @Sendable (String) async throws(CacheError) -> Void
  private let state = Mutex(State())

  public convenience init(cache: FieldCache, interval: Duration, logger: Logger) {
    self.init(interval: interval, logger: logger) { (workspace) throws(CacheError) in
      _ = try await cache.invalidate(workspace: workspace)
    }
  }

  init(
    interval: Duration,
    logger: Logger,
    invalidate: @escaping @Sendable (String) async throws(CacheError) -> Void
  ) {
    self.interval = interval
    self.invalidate = invalidate
    log = OccasionalLog(logger, interval: .seconds(10))
  }

  /// What is cached for the workspace is older than what has just been written. Returns at once.
  public func changed(_ workspace: String) {
    let isNew = state.withLock { state in
      defer { state.workspaces[workspace] = true }
      return state.workspaces[workspace] == nil
    }
    if isNew { Task { await see(to: workspace) } }
  }

  /// Waits until every change so far has been followed by an invalidation, or by one attempt at it. Nothing is waited for
  /// besides: intervals end.
  /// - Returns: false when an attempt has failed and was the last one.
  @discardableResult
  public func finish() async -> Bool {
    await withCheckedContinuation { continuation in
      let (isIdle, sleepers) = state.withLock { state in
        let isIdle = state.workspaces.isEmpty
        state.isFinishing = true
        if !isIdle { state.finishers.append(continuation) }
        return (isIdle, Array(state.sleepers.values))
      }
      for sleeper in sleepers { sleeper.cancel() }
      if isIdle { continuation.resume() }
    }
    return state.withLock { !$0.hasLost }
  }

  // MARK: One workspace

  private func see(to workspace: String) async {
    while takeChange(of: workspace) {
      do throws(CacheError) {
        try await invalidate(workspace)
      } catch {
        log.warning("A workspace was not invalidated", detail: error.debugDescription)
        putChangeBack(of: workspace)
      }
      await pause(workspace)
    }
  }

  /// - Returns: false when there is nothing more to do for the workspace.
  private func takeChange(of workspace: String) -> Bool {
    let (hasChanged, finishers) = state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
      if state.workspaces[workspace] == true {
        state.workspaces[workspace] = false
        return (true, [])
      }
      state.workspaces[workspace] = nil
      guard state.workspaces.isEmpty else { return (false, []) }
      defer { state.finishers = [] }
      return (false, state.finishers)
    }
    for finisher in finishers { finisher.resume() }
    return hasChanged
  }

  /// Tried again after the interval; not when the end is near.
  private func putChangeBack(of workspace: String) {
    state.withLock { state in
      if state.isFinishing { state.hasLost = true } else { state.workspaces[workspace] = true }
    }
  }

  private func pause(_ workspace: String) async {
    let interval = interval
    let sleeper = state.withLock { state -> Task<Void, Never>? in
      guard !state.isFinishing else { return nil }
      let sleeper = Task { _ = try? await Task.sleep(for: interval) }
      state.sleepers[workspace] = sleeper
      return sleeper
    }
    await sleeper?.value
    state.withLock { $0.sleepers[workspace] = nil }
  }
}
