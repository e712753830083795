public import Logging
internal import Synchronization

/// Where queries read: replicas that are not far behind, in turn, and otherwise the database that they follow.
///
/// Each replica is asked every second how far behind it is. One that is further behind than allowed, or does not answer, gets
/// no queries until it is back; a pipeline that breaks on a replica is run again where it cannot break for that reason.
public final class ReadPools: Sendable {
  private struct State: Sendable {
    /// By replica.
    var isUsable: [Bool]
    var next = 0
  }

  private let main: ConnectionPool
  private let replicas: [ConnectionPool]
  private let maximumLag: Duration
  private let logger: Logger
  private let state: Mutex<State>

  /// - Parameters:
  ///   - main: read when no replica can be.
  ///   - replicas: not read before ``run()``, or ``check()``, has found them usable.
  public init(
    main: ConnectionPool,
    replicas: [ConnectionPool] = [],
    maximumLag: Duration = .seconds(1),
    logger: Logger
  ) {
    self.main = main
    self.replicas = replicas
    self.maximumLag = maximumLag
    self.logger = logger
    state = Mutex(State(isUsable: replicas.map { _ in false }))
  }

  /// As ``ConnectionPool/pipeline(_:)``.
  public func pipeline(_ queries: [SQLQuery]) async throws(DatabaseError) -> [Result<SQLResult, DatabaseError>] {
    guard let replica = choose() else { return try await main.pipeline(queries) }
    do {
      let results = try await replicas[replica].pipeline(queries)
      guard results.contains(where: { $0.failsForReplica }) else { return results }
    } catch  where error.code == .cancelled {
      throw error
    } catch {
      // Tried elsewhere below.
    }
    guard !Task.isCancelled else { throw .cancelled }
    set(replica, usable: false, "it does not answer")
    return try await main.pipeline(queries)
  }

  /// Asks the replicas until the task is cancelled. The pools themselves are run by their owner.
  public func run() async {
    while !Task.isCancelled, !replicas.isEmpty {
      await check()
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// Asks each replica once how far behind it is.
  public func check() async {
    for index in replicas.indices {
      do throws(DatabaseError) {
        let lag = try await replicas[index].query(SQLQuery(Self.lag)).int(0, 0)
        let isNear = lag.map { .milliseconds($0) <= maximumLag } ?? false
        set(index, usable: isNear, lag.map { "it is \($0) ms behind" } ?? "it has replayed nothing yet")
      } catch {
        set(index, usable: false, "it does not answer")
      }
    }
  }

  /// Milliseconds behind: 0 when all that has arrived is replayed, or when it is no replica at all; NULL when unknown. A replica
  /// that hears nothing any more has replayed all that arrived, so a lost connection to the primary counts as well.
  private static let lag = SQLStatement(
    "replica_lag",
    """
    SELECT CASE
        WHEN NOT pg_is_in_recovery() THEN 0
        WHEN EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')
          AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE (extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::bigint
      END
    """
  )

  private func choose() -> Int? {
    guard !replicas.isEmpty else { return nil }
    return state.withLock { state in
      for _ in replicas.indices {
        state.next = (state.next + 1) % replicas.count
        if state.isUsable[state.next] { return state.next }
      }
      return nil
    }
  }

  private func set(_ replica: Int, usable: Bool, _ reason: String) {
    let was = state.withLock { state in
      defer { state.isUsable[replica] = usable }
      return state.isUsable[replica]
    }
    guard was != usable else { return }
    let metadata: Logger.Metadata = ["pool": "\(replicas[replica].configuration.name)", "reason": "\(reason)"]
    if usable {
      logger.notice("a replica is read from", metadata: metadata)
    } else {
      logger.warning("a replica is not read from", metadata: metadata)
    }
  }
}

extension Result where Success == SQLResult, Failure == DatabaseError {
  /// Whether another server may give an answer: the connection broke, or the replica ended the statement for what it had to
  /// replay (PostgreSQL 15 manual, 27.4.2).
  fileprivate var failsForReplica: Bool {
    guard case .failure(let error) = self else { return false }
    return error.code == .unavailable || error.isRetryable
  }
}
