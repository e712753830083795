import Synchronization

/// Makes cached values old, and removes them.
///
/// What makes them old is a counter, in one round trip however many they are; what removes them, for the sake of other
/// readers and of room, is a walk over the index of the workspace. No other key is looked at.
final class Invalidator: Sendable {
  /// Keys taken out of the index, and removed, in one round trip.
  static let batch = 512

  private let redis: RedisClient
  private let memory: MemoryTier?
  private let tally: Tally<CacheStatistics>
  private let log: OccasionalLog
  /// Workspaces whose counters are being repaired.
  private let repairs = Mutex<Set<String>>([])

  init(redis: RedisClient, memory: MemoryTier?, tally: Tally<CacheStatistics>, log: OccasionalLog) {
    self.redis = redis
    self.memory = memory
    self.tally = tally
    self.log = log
  }

  // MARK: A workspace

  /// Raises a damaged counter. When that fails, the keys that were popped are removed nevertheless: the index has
  /// forgotten them, so nobody will do it later.
  private func raise(_ generation: CacheKey, popped: RedisReply?) async throws(CacheError) {
    do throws(CacheError) {
      _ = try await redis.send(Generation.repair(generation, raise: 1)).value()
      tally.update { $0.generationRepairs += 1 }
    } catch {
      if case .array(let popped) = popped {
        let commands = popped.compactMap(\.bytes).map { unlink(CacheKey(bytes: $0)) }
        _ = try? await redis.pipeline(commands)
      }
      throw error
    }
  }

  func invalidate(_ workspace: String) async throws(CacheError) -> Int {
    let generation = CacheKey.generation(of: workspace)
    var pop = RedisCommand("SPOP", CacheKey.index(of: workspace))
    pop.append(text: "\(Self.batch)")
    let replies = try await redis.pipeline(Generation.raise(generation) + [pop])
    if !Generation.isRaised(replies.dropLast()) { try await raise(generation, popped: replies.last) }
    // Redis tells of it too; nobody here shall wait for that.
    memory?.drop(CollectionOfOne(generation))
    tally.update { $0.invalidations += 1 }
    var removed = 0
    do throws(CacheError) {
      var reply = replies.last
      while case .array(let popped) = try reply?.value(), !popped.isEmpty {
        let isLast = popped.count < Self.batch
        let commands = popped.compactMap(\.bytes).map { unlink(CacheKey(bytes: $0)) }
        let replies = try await redis.pipeline(commands + (isLast ? [] : [pop]))
        removed += countRemoved(replies.prefix(commands.count))
        reply = isLast ? nil : replies.last
      }
    } catch {
      // The keys are old by their generation already, and expire.
      log.warning("Invalidated keys not removed", detail: error.debugDescription)
    }
    return removed
  }

  // MARK: Some keys of a workspace

  func invalidate(_ workspace: String, keysWith prefix: String, of fields: [String]) async throws(CacheError) -> Int {
    let counters = CacheKey.fieldGenerations(of: workspace)
    let affected = fields.filter { $0.hasPrefix(prefix) || prefix.hasPrefix($0) }
    let raise = affected.flatMap { FieldGenerations.raise(counters, $0) }
    let replies = try await redis.pipeline(raise + [scan(workspace, from: "0")])
    for reply in replies.dropLast() {
      // Damaged: then the field cannot be told from the others.
      guard reply.integer != nil else { return try await invalidateAll(workspace, replacing: counters) }
    }
    memory?.drop(CollectionOfOne(counters))
    tally.update { $0.invalidations += 1 }
    do throws(CacheError) {
      return try await removeIndexed(workspace, keysWith: Array(prefix.utf8), first: replies.last)
    } catch {
      log.warning("Invalidated keys not removed", detail: error.debugDescription)
      return 0
    }
  }

  private func removeIndexed(
    _ workspace: String,
    keysWith prefix: [UInt8],
    first: RedisReply?
  ) async throws(CacheError) -> Int {
    var reply = first
    var removed = 0
    while case .array(let parts) = try reply?.value(), parts.count == 2, case .array(let members) = parts[1] {
      let keys = members.compactMap(\.bytes).filter { $0.starts(with: prefix) }
      var commands = keys.map { unlink(CacheKey(bytes: $0)) }
      if !keys.isEmpty {
        var forget = RedisCommand("SREM", CacheKey.index(of: workspace))
        for key in keys { forget.append(key) }
        commands.append(forget)
      }
      let cursor = parts[0].text ?? "0"
      if cursor != "0" { commands.append(scan(workspace, from: cursor)) }
      let replies = try await redis.pipeline(commands)
      removed += countRemoved(replies.prefix(keys.count))
      reply = cursor == "0" ? nil : replies.last
    }
    return removed
  }

  private func scan(_ workspace: String, from cursor: String) -> RedisCommand {
    var scan = RedisCommand("SSCAN", CacheKey.index(of: workspace))
    scan.append(text: cursor)
    scan.append(text: "COUNT")
    scan.append(text: "\(Self.batch)")
    return scan
  }

  private func invalidateAll(_ workspace: String, replacing counters: CacheKey) async throws(CacheError) -> Int {
    let removed = try await invalidate(workspace)
    _ = try await redis.send(unlink(counters))
    memory?.drop(CollectionOfOne(counters))
    tally.update { $0.generationRepairs += 1 }
    return removed
  }

  // MARK: Single keys

  func remove(_ keys: [CacheKey]) async throws(CacheError) {
    var rest = keys[...]
    while !rest.isEmpty {
      let replies = try await redis.pipeline(rest.prefix(Self.batch).map(unlink))
      memory?.drop(rest.prefix(Self.batch))
      rest = rest.dropFirst(Self.batch)
      _ = countRemoved(replies[...])
    }
  }

  /// One key a command, for the keys may lie on different nodes of a cluster.
  private func unlink(_ key: CacheKey) -> RedisCommand {
    RedisCommand("UNLINK", key)
  }

  private func countRemoved(_ replies: ArraySlice<RedisReply>) -> Int {
    let removed = replies.reduce(0) { $0 + Int($1.integer ?? 0) }
    tally.update { $0.keysRemoved += removed }
    return removed
  }

  // MARK: Repair

  /// Makes the counters of a workspace sound again, behind the caller's back, once at a time.
  func repair(_ damage: PartialBatch.Damage, of workspace: String) {
    guard repairs.withLock({ $0.insert(workspace).inserted }) else { return }
    log.warning("The generation of a workspace was no number and is replaced", detail: workspace)
    Task {
      do throws(CacheError) {
        switch damage {
        case .workspace:
          let key = CacheKey.generation(of: workspace)
          _ = try await redis.send(Generation.repair(key, raise: 0))
          memory?.drop(CollectionOfOne(key))
          tally.update { $0.generationRepairs += 1 }
        case .fields:
          _ = try await invalidateAll(workspace, replacing: .fieldGenerations(of: workspace))
        }
      } catch {
        log.warning("The generation of a workspace was not replaced", detail: error.debugDescription)
      }
      repairs.withLock { _ = $0.remove(workspace) }
    }
  }
}
