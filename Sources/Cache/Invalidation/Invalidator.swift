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
  private let watermarks: GenerationWatermarks
  private let log: OccasionalLog
  /// Workspaces whose counters are being repaired.
  private let repairs = Mutex<Set<String>>([])

  init(
    redis: RedisClient,
    memory: MemoryTier?,
    watermarks: GenerationWatermarks,
    tally: Tally<CacheStatistics>,
    log: OccasionalLog
  ) {
    self.watermarks = watermarks
    self.redis = redis
    self.memory = memory
    self.tally = tally
    self.log = log
  }

  // MARK: A workspace

  func invalidate(_ workspace: String) async throws(CacheError) -> Int {
    let generation = CacheKey.generation(of: workspace)
    let index = WorkspaceIndex(of: workspace)
    let replies = try await redis.pipeline([Generation.raise(generation), index.pop(Self.batch)])
    let wasDamaged = Generation.wasDamaged(replies.first)
    if let wasDamaged {
      // Redis tells of it too; nobody here shall wait for that.
      memory?.drop(CollectionOfOne(generation))
      tally.update {
        $0.invalidations += 1
        $0.generationRepairs += wasDamaged ? 1 : 0
      }
    }
    // Also when the counter was not raised: the index has forgotten what was popped.
    let removed = await remove(popped: replies.last, from: index)
    guard wasDamaged != nil else {
      _ = try replies.first?.value()
      throw CacheError(.protocolViolation, "Redis did not raise the generation of a workspace")
    }
    return removed
  }

  /// Removes the keys that were popped from the index, and all that are still in it. The keys are old by their generation
  /// already, and expire, so failing is no failure of the invalidation.
  private func remove(popped first: RedisReply?, from index: WorkspaceIndex) async -> Int {
    var removed = 0
    var reply = first
    do throws(CacheError) {
      while let keys = WorkspaceIndex.keys(try reply?.value()), !keys.isEmpty {
        let isLast = keys.count < Self.batch
        let replies = try await redis.pipeline(keys.map(unlink) + (isLast ? [] : [index.pop(Self.batch)]))
        removed += countRemoved(replies.prefix(keys.count))
        reply = isLast ? nil : replies.last
      }
    } catch {
      await notRemoved(index, error)
    }
    return removed
  }

  /// An index that is something else is removed.
  private func notRemoved(_ index: WorkspaceIndex, _ error: CacheError) async {
    guard error.isWrongType else {
      return log.warning("Invalidated keys not removed", detail: error.debugDescription)
    }
    log.warning("The index of a workspace was no sorted set and is removed", detail: index.key.description)
    _ = try? await redis.send(unlink(index.key))
  }

  // MARK: Some keys of a workspace

  func invalidate(_ workspace: String, keysWith prefix: String, of fields: [String]) async throws(CacheError) -> Int {
    let counters = CacheKey.fieldGenerations(of: workspace)
    let affected = fields.filter { $0.hasPrefix(prefix) || prefix.hasPrefix($0) }
    let raise = affected.map { FieldGenerations.raise(counters, $0) }
    let index = WorkspaceIndex(of: workspace)
    let replies = try await redis.pipeline(raise + [index.scan(from: "0", Self.batch)])
    for reply in replies.dropLast() {
      // Damaged: then the field cannot be told from the others.
      guard reply.integer != nil else { return try await invalidateAll(workspace, replacing: counters) }
    }
    memory?.drop(CollectionOfOne(counters))
    tally.update { $0.invalidations += 1 }
    return await removeIndexed(in: index, keysWith: Array(prefix.utf8), first: replies.last)
  }

  private func removeIndexed(in index: WorkspaceIndex, keysWith prefix: [UInt8], first: RedisReply?) async -> Int {
    var reply = first
    var removed = 0
    do throws(CacheError) {
      while let page = WorkspaceIndex.page(try reply?.value()) {
        let keys = page.keys.filter { $0.bytes.starts(with: prefix) }
        var commands = keys.map(unlink)
        if !keys.isEmpty { commands.append(index.forget(keys)) }
        if page.cursor != "0" { commands.append(index.scan(from: page.cursor, Self.batch)) }
        let replies = try await redis.pipeline(commands)
        removed += countRemoved(replies.prefix(keys.count))
        reply = page.cursor == "0" ? nil : replies.last
      }
    } catch {
      await notRemoved(index, error)
    }
    return removed
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
    log.warning("The generation of a workspace was no number, or an old one, and is replaced", detail: workspace)
    Task {
      do throws(CacheError) {
        switch damage {
        case .workspace:
          let key = CacheKey.generation(of: workspace)
          _ = try await redis.send(Generation.raise(key))
          watermarks.forget(workspace)
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
