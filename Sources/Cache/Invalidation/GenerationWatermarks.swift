import Synchronization

/// How high the counters of workspaces were when they were last read. Counters never fall, so where they did, Redis has gone
/// back to an older state, by a restart from disk or a failover, and values from before an invalidation may be back with it.
final class GenerationWatermarks: Sendable {
  /// Beyond so many workspaces those seen so far are forgotten: what is lost is only this check, for a moment.
  private static let capacity = 16_384

  private struct Mark {
    let workspace: Int64
    let beginning: Int64
    let fields: Int64

    /// Counters of fields that were lost begin anew, later.
    func isBelow(_ other: Mark) -> Bool {
      workspace < other.workspace || beginning < other.beginning
        || beginning == other.beginning && fields < other.fields
    }
  }

  private let marks = Mutex<[String: Mark]>([:])

  /// Notes counters that have been read, unless one of them had been higher.
  /// - Returns: whether one had; so until ``forget(_:)``.
  func haveFallen(_ workspace: String, _ number: Int64, _ fields: FieldGenerations) -> Bool {
    let now = Mark(workspace: number, beginning: fields.beginning, fields: fields.sum)
    return marks.withLock { marks in
      if let before = marks[workspace] {
        if now.isBelow(before) { return true }
      } else if marks.count >= Self.capacity {
        marks.removeAll(keepingCapacity: true)
      }
      marks[workspace] = now
      return false
    }
  }

  /// The counters have been raised: whatever they are now is right.
  func forget(_ workspace: String) {
    marks.withLock { _ = $0.removeValue(forKey: workspace) }
  }
}
