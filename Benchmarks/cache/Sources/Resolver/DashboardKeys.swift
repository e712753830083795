public import Cache
import Logging
import Schema

/// The cache keys of the root fields of a document, which the engine keeps to itself otherwise.
public func cacheKeys(of document: [UInt8], _ binding: SchemaBinding, _ principal: Principal) async throws -> [CacheKey]
{
  let services = EngineServices(
    binding: binding,
    sources: nil,
    memory: nil,
    rootValue: nil,
    logger: Logger(label: "benchmark")
  )
  let compiler = DocumentCompiler(binding: binding, configuration: QueryEngine.Configuration())
  let compiled = try await compiler.compile(document)
  let variables = try binding.schema.coerceVariableValues(compiled.document, operation: 0, provided: InputObject())
  let executor = PlanExecutor(
    services: services,
    compiled: compiled,
    plan: try compiler.plan(compiled, operation: 0, variables: variables),
    variables: variables,
    principal: principal,
    now: Instant.now()
  )
  return executor.callTable().calls.compactMap(\.key)
}

/// A body as it stands in Redis, for a workspace that was never invalidated.
public func cachedText(of body: [UInt8]) -> [UInt8] {
  CachedBody.encode(body, generation: 0) ?? []
}
