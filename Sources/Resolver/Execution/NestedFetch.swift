import Cache
import JSON
import Schema

/// A nested step under way: its parents, and what the cache had for them.
struct NestedFetch {
  let step: NestedStep
  let parents: [Place]
  /// By parent: an object with the property; nil for what has to be fetched.
  var cached: [JSONDocument?]
  /// By parent: where the value is stored; nil when it must not be.
  var keys: [CacheKey?]
  /// Under which values read from now on may be stored.
  var generation: Int64?

  init(step: NestedStep, parents: [Place]) {
    self.step = step
    self.parents = parents
    cached = Array(repeating: nil, count: parents.count)
    keys = Array(repeating: nil, count: parents.count)
  }

  /// Positions of the parents that the cache had nothing for.
  var missing: [Int] { parents.indices.filter { cached[$0] == nil } }

  var missingParents: [JSONValue] {
    missing.map { JSONValue(document: parents[$0].document, index: parents[$0].node) }
  }

  /// One array with an element for each parent, in order.
  func merged(with fetched: JSONDocument?, _ services: EngineServices) throws(GraphQLError) -> JSONDocument {
    if let fetched, missing.count == parents.count { return fetched }
    var elements = fetched.map { JSONValue(document: $0, index: 0).elements.map(\.text) }?[...] ?? []
    var writer = JSONWriter(reserving: 4096)
    writer.beginArray()
    for cached in cached {
      if let cached {
        writer.raw(Array(cached.root.text))
      } else if let element = elements.popFirst() {
        writer.raw(Array(element))
      } else {
        writer.null()
      }
    }
    writer.endArray()
    return try services.parse(writer.bytes)
  }
}

/// The cache of fields below the root: values by members of their parents, each by itself.
///
/// Their keys are known when the parents are. So they cost a Redis round trip of their own for each level of the answer, unless
/// all are in memory; and they share no flights and take no leases.
struct NestedCaching {
  let services: EngineServices
  let workspace: String

  func read(_ fetches: inout [NestedFetch]) async {
    var places: [(fetch: Int, parent: Int, key: CacheKey)] = []
    for index in fetches.indices {
      guard let cache = fetches[index].step.cache else { continue }
      let policy = services.binding.nestedCaches[cache].policy
      for parent in fetches[index].parents.indices {
        guard let key = key(policy, fetches[index].parents[parent]) else { continue }
        fetches[index].keys[parent] = key
        places.append((index, parent, key))
      }
    }
    guard !places.isEmpty, let batch = await services.readNested(places.map(\.key), workspace: workspace) else {
      return
    }
    for (position, place) in places.enumerated() {
      guard let cache = fetches[place.fetch].step.cache else { continue }
      let nested = services.binding.nestedCaches[cache]
      let generation = batch.generation(ofField: nested.policy.keyPrefix)
      fetches[place.fetch].generation = generation
      let body = batch.values[position].flatMap { ownBody(of: $0, nested, generation ?? 0) }
      fetches[place.fetch].cached[place.parent] = body
      let tier: FieldOrigin.Source = batch.isFromMemory(position) ? .memory : .redis
      services.tally.count(services.binding.roots.count + cache, body == nil ? .database : tier, nil)
    }
  }

  func write(_ fetch: NestedFetch, _ fetched: JSONDocument?) {
    guard let fetched, let cache = fetch.step.cache else { return }
    let nested = services.binding.nestedCaches[cache]
    let slot = services.binding.roots.count + cache
    services.tally.update(slot) { $0.computations += fetch.missing.count }
    guard let generation = fetch.generation else { return }
    var writes: [CacheWrite] = []
    for (parent, element) in zip(fetch.missing, JSONValue(document: fetched, index: 0).elements) {
      guard let key = fetch.keys[parent], let value = element[nested.property] else { continue }
      let body = Array("{\"\(nested.property)\":".utf8) + Array(value.text) + Array("}".utf8)
      guard let text = CachedBody.encode(body, generation: generation) else { continue }
      services.tally.update(slot) { $0.bytesStored += text.count }
      writes.append(CacheWrite(key: key, bytes: text, ttl: nested.policy.ttl))
    }
    if !writes.isEmpty { services.writeCache(writes, workspace: workspace) }
  }

  /// Only what we have written ourselves, and under the present generation.
  private func ownBody(of entry: MemoryEntry, _ nested: NestedCache, _ generation: Int64) -> JSONDocument? {
    let decoded = DecodedBody.of(entry, policy: nested.policy)
    let reading = decoded.reading(generation: generation, workspace: workspace, remaining: entry.remaining)
    guard case .body(let body, _) = reading, body.root[nested.property] != nil else { return nil }
    return body
  }

  /// Nil when the parent lacks a member that the key names, or it is null; or when the key could be another parent's.
  private func key(_ policy: CachePolicy, _ parent: Place) -> CacheKey? {
    let isUnambiguous = policy.pattern.placeholders.count <= 2
    return policy.pattern.render { placeholder in
      if placeholder == "workspace_id" { return workspace }
      guard let text = member(placeholder, of: parent) else { return nil }
      // Of two members side by side, a colon may belong to either.
      return isUnambiguous || !text.utf8.contains(UInt8(ascii: ":")) ? text : nil
    }
  }

  private func member(_ name: String, of parent: Place) -> String? {
    guard let member = parent.member(Array(name.utf8)[...]) else { return nil }
    let value = JSONValue(document: member.document, index: member.node)
    return switch value.kind {
    case .string: value.string
    case .number, .bool: String(decoding: value.text, as: UTF8.self)
    case .null, .array, .object: nil
    }
  }
}
