import ArgumentParser
import Cache
import Resolver
import Schema
import Server

struct CacheCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Look at what is cached in Redis, and drop it.",
    subcommands: [CacheStatsCommand.self, CacheGetCommand.self, CacheDropCommand.self]
  )
}

struct CacheStatsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Show what is cached for a workspace, or how Redis is.",
    discussion: "What a gateway has made of its cache is under /metrics of its internal listener."
  )

  @Option(help: ArgumentHelp("Whose values are counted.", valueName: "uuid"))
  var workspace: String?

  @OptionGroup var settings: SettingsOptions

  func run() async throws {
    let fields = try CacheFields(settings)
    let workspace = try workspace.map(CacheFields.workspace)
    try await CacheConnection.opened(try settings.configuration()) { redis in
      let inspector = CacheInspector(redis: redis)
      guard let workspace else {
        for (name, value) in try await inspector.server() { print("\(name): \(value)") }
        return
      }
      let found = try await inspector.workspace(workspace, fields: fields.all.map(\.keyPrefix))
      print("generation: \(found.generation.map { "\($0)" } ?? "damaged")")
      print("keys in the index: \(found.isIndexDamaged ? "damaged" : "\(found.indexed)")")
      for (field, counts) in zip(fields.all, found.fields) {
        let generation = counts.generation == 0 ? "" : ", generation \(counts.generation)"
        print("\(field.restName): \(Terminal.counted(counts.keys, "value")), \(counts.bytes) bytes\(generation)")
      }
    }
  }
}

struct CacheGetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Print the value under a key as it stands in Redis.",
    discussion: "How long it stays goes to standard error. The exit status is 1 when there is none."
  )

  @Argument(help: "The key, for example home_kpis:<workspace>:24h.")
  var key: String

  @OptionGroup var settings: SettingsOptions

  func run() async throws {
    let key = key
    let value = try await CacheConnection.opened(try settings.configuration()) { redis in
      try await CacheInspector(redis: redis).value(CacheKey(key))
    }
    guard let value else {
      Terminal.say("there is no value under '\(key)'")
      throw ExitCode(1)
    }
    Terminal.say(value.remaining.map { "expires in \($0.components.seconds) s" } ?? "does not expire")
    print(String(decoding: value.bytes, as: UTF8.self))
  }
}

struct CacheDropCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop",
    abstract: "Drop what is cached for a workspace, so that the next answers are computed anew.",
    discussion: "All of it, or one field, or the keys that begin with a text."
  )

  @Option(help: ArgumentHelp("Whose values are dropped.", valueName: "uuid"))
  var workspace: String

  @Option(help: ArgumentHelp("Only this field, for example home_kpis.", valueName: "name"))
  var field: String?

  @Option(help: ArgumentHelp("Only keys that begin so, for example activity:stream:.", valueName: "text"))
  var prefix: String?

  @OptionGroup var settings: SettingsOptions

  func validate() throws {
    if field != nil && prefix != nil { throw ValidationError("--field and --prefix exclude each other") }
  }

  func run() async throws {
    let workspace = try CacheFields.workspace(workspace)
    let fields = try CacheFields(settings)
    let keys = try prefix ?? field.map { try fields.named($0).keyPrefix }
    let configuration = try settings.configuration()
    let removed = try await CacheConnection.opened(configuration) { redis in
      let cache = FieldCache(redis: redis, logger: Log.make(configuration))
      guard let keys else { return try await cache.invalidate(workspace: workspace) }
      return try await cache.invalidate(workspace: workspace, keysWith: keys, of: fields.all.map(\.keyPrefix))
    }
    print("\(Terminal.counted(removed, "key")) removed.")
  }
}

/// The cached fields of the gateway's schema.
private struct CacheFields {
  let all: [SchemaBinding.CachedField]

  init(_ settings: SettingsOptions) throws {
    let configuration = try settings.configuration()
    let file = configuration.schemaFile
    let source = Source(bytes: try TextFile.bytes(of: file), name: file)
    all = try diagnosed { try SchemaBinding.tracegate(source, ttlOverrides: configuration.cacheTTLs) }.cachedFields
  }

  func named(_ name: String) throws -> SchemaBinding.CachedField {
    if let field = all.first(where: { $0.restName == name || $0.name == name }) { return field }
    throw GatewayFailure("no field '\(name)' is cached; there are \(all.map(\.restName).joined(separator: ", "))")
  }

  static func workspace(_ text: String) throws -> String {
    guard let workspace = WorkspaceID(text) else { throw GatewayFailure("--workspace takes a UUID, not '\(text)'") }
    return workspace.text
  }
}

/// A connection to the gateway's Redis for a command that runs once.
private enum CacheConnection {
  static func opened<R: Sendable>(
    _ configuration: GatewayConfiguration,
    _ body: (RedisClient) async throws -> R
  ) async throws -> R {
    var redis = try configuration.redis(configuration.redisURL)
    redis.connectionCount = 1
    redis.timeout = .seconds(5)
    let client = RedisClient(configuration: redis, logger: Log.make(configuration))
    do {
      let result = try await body(client)
      await client.close()
      return result
    } catch let error as CacheError {
      await client.close()
      throw GatewayFailure("Redis: \(error.debugDescription)")
    }
  }
}
