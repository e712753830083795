import Cache
import Resolver

extension PrometheusText {
  /// What became of the calls of each cached field.
  mutating func write(fields: [(coordinate: String, statistics: FieldStatistics)]) {
    metric(
      "tracegate_field_hits_total",
      .counter,
      "Calls of a cached field that were answered from memory, from Redis, or with a stale value.",
      fields.flatMap { field, counts in
        [
          Sample(counts.memoryHits, ("field", field), ("tier", "memory")),
          Sample(counts.redisHits, ("field", field), ("tier", "redis")),
          Sample(counts.staleHits, ("field", field), ("tier", "stale")),
        ]
      }
    )
    metric(
      "tracegate_field_hit_ratio",
      .gauge,
      "Hits among all calls of a cached field since the start; NaN before the first.",
      fields.map { field, counts in
        let hits = counts.memoryHits + counts.redisHits + counts.staleHits
        return Sample(Double(hits) / Double(hits + counts.misses), ("field", field))
      }
    )
    let counters: [(name: StaticString, help: String, value: (FieldStatistics) -> Int)] = [
      ("tracegate_field_misses_total", "Calls whose value had to be computed.", \.misses),
      (
        "tracegate_field_outdated_total",
        "Misses that found a value from before an invalidation, or of another format.", \.outdated
      ),
      ("tracegate_field_ignored_total", "Misses that found another service's value and could not use it.", \.ignored),
      ("tracegate_field_coalesced_total", "Misses that another request was computing already.", \.coalesced),
      ("tracegate_field_awaited_total", "Values that another instance computed while this one waited.", \.awaited),
      ("tracegate_field_computations_total", "Values that this instance has asked the database for.", \.computations),
      ("tracegate_field_refreshes_total", "Computations begun before the value's end.", \.refreshes),
      ("tracegate_field_errors_total", "Computations that failed.", \.errors),
      ("tracegate_field_stored_bytes_total", "Bytes of values handed over to be stored.", \.bytesStored),
    ]
    for counter in counters {
      metric(
        counter.name,
        .counter,
        counter.help,
        fields.map { Sample(counter.value($0.statistics), ("field", $0.coordinate)) }
      )
    }
  }

  mutating func write(evictions memory: MemoryStatistics?, of fields: [SchemaBinding.CachedField]) {
    guard let memory else { return }
    metric(
      "tracegate_field_memory_evictions_total",
      .counter,
      "Values that had to leave memory for others.",
      fields.map { Sample(memory.evictionsByPrefix[$0.keyPrefix] ?? 0, ("field", $0.coordinate)) }
    )
  }

  /// What the cache has done as a whole.
  mutating func write(cache: CacheStatistics) {
    let counters: [(name: StaticString, help: String, value: Int)] = [
      ("tracegate_cache_memory_hits_total", "Keys found in memory.", cache.memoryHits),
      ("tracegate_cache_redis_hits_total", "Keys found in Redis.", cache.redisHits),
      ("tracegate_cache_misses_total", "Keys found nowhere.", cache.misses),
      ("tracegate_cache_wrong_types_total", "Keys under which no string stood.", cache.wrongTypes),
      ("tracegate_cache_read_failures_total", "Reads that Redis did not answer.", cache.readFailures),
      ("tracegate_cache_writes_total", "Values stored.", cache.writes),
      ("tracegate_cache_write_failures_total", "Values that Redis did not take.", cache.writeFailures),
      ("tracegate_cache_writes_dropped_total", "Values not stored because too many waited.", cache.writesDropped),
      ("tracegate_cache_invalidations_total", "Invalidations of a workspace or a part of one.", cache.invalidations),
      ("tracegate_cache_keys_removed_total", "Keys removed by invalidations.", cache.keysRemoved),
      ("tracegate_cache_generation_repairs_total", "Damaged generations that were replaced.", cache.generationRepairs),
    ]
    for counter in counters { metric(counter.name, .counter, counter.help, counter.value) }
    if let memory = cache.memory { write(memory: memory) }
  }

  private mutating func write(memory: MemoryStatistics) {
    metric("tracegate_memory_entries", .gauge, "Values in memory.", memory.entries)
    metric("tracegate_memory_bytes", .gauge, "Bytes of keys, values and what is derived from them.", memory.bytes)
    metric("tracegate_memory_max_bytes", .gauge, "What they may be at most.", memory.maximumBytes)
    metric("tracegate_memory_tracking", .gauge, "1 while Redis tells of changes.", memory.isTracking ? 1 : 0)
    metric("tracegate_memory_evictions_total", .counter, "Values that had to leave for others.", memory.evictions)
    metric("tracegate_memory_notices_total", .counter, "Keys of which Redis said that they changed.", memory.notices)
    metric("tracegate_memory_flushes_total", .counter, "How often Redis said that all keys are gone.", memory.flushes)
    metric("tracegate_memory_refusals_total", .counter, "Values that changed while they were read.", memory.refusals)
    metric("tracegate_memory_sessions_total", .counter, "How often Redis began to tell of changes.", memory.sessions)
  }
}
