import Cache
public import Schema

/// The schema with, for every field, where its value comes from and how it is cached: checked once at start.
public struct SchemaBinding: Sendable {
  public let schema: GraphQLSchema
  let roots: [BoundRoot]
  let mutations: [any MutationResolver]
  let nestedResolvers: [any NestedFieldResolver]
  let nestedCaches: [NestedCache]
  /// By the index of the field's id.
  private let fields: [FieldBinding]

  subscript(field: FieldID) -> FieldBinding { fields[Int(field.index)] }

  /// What the keys of cached fields begin with.
  public var cacheKeyPrefixes: [String] { cachedFields.map(\.keyPrefix) }

  /// A field with a cache policy.
  public struct CachedField: Sendable {
    /// As in the schema: `homeKpis`; with its type when that is not the root: `Trace.spans`.
    public let name: String
    /// As in REST: `home_kpis`, `trace.spans`.
    public let restName: String
    /// `Query.homeKpis`.
    public let coordinate: String
    /// What all its keys begin with.
    public let keyPrefix: String
  }

  /// Those of the root, then those below it, each in the order of the schema.
  public var cachedFields: [CachedField] {
    cachePolicies.map { field, policy in
      let coordinate = schema.coordinate(of: field.id)
      let name = schema.rootType(of: .query) == field.parent ? field.name : coordinate
      return CachedField(
        name: name,
        restName: NameStyle.snakeCase(name),
        coordinate: coordinate,
        keyPrefix: policy.pattern.prefix
      )
    }
  }

  private var cachePolicies: [(FieldDefinition, CachePolicy)] {
    roots.compactMap { root in root.cache.map { (root.field, $0) } } + nestedCaches.map { ($0.field, $0.policy) }
  }

  /// Holds a registry against a schema.
  /// - Parameter ttlOverrides: seconds by the environment name that `@cached` gives; 0 turns caching off.
  /// - Throws: ``BindingError`` with every field without resolver, resolver without field and wrong cache policy.
  public init(
    schema: GraphQLSchema,
    registry: ResolverRegistry,
    ttlOverrides: [String: Int] = [:]
  ) throws(BindingError) {
    var builder = SchemaBindingBuilder(schema: schema, registry: registry, ttlOverrides: ttlOverrides)
    builder.bind()
    guard builder.problems.isEmpty else { throw BindingError(problems: builder.problems, source: schema.source) }
    self.schema = schema
    roots = builder.roots
    mutations = builder.mutations
    nestedResolvers = registry.nestedResolvers
    nestedCaches = builder.nestedCaches
    fields = builder.fields
  }

  /// Holds the cache policies of any schema, `@cached` of its root fields, against the arguments of those fields.
  /// - Throws: ``BindingError`` with everything that ``init(schema:registry:ttlOverrides:)`` would say of them.
  public static func checkCachePolicies(of schema: GraphQLSchema) throws(BindingError) {
    var builder = SchemaBindingBuilder(schema: schema, registry: ResolverRegistry(), ttlOverrides: [:])
    builder.checkCachePolicies()
    guard builder.problems.isEmpty else { throw BindingError(problems: builder.problems, source: schema.source) }
  }

  /// Binds fields to the members of their own names, from a root value down: no cache, and no resolver but those of `registry`.
  public init(toRootValueOf schema: GraphQLSchema, registry: ResolverRegistry = ResolverRegistry()) {
    self.schema = schema
    mutations = []
    nestedResolvers = registry.nestedResolvers
    nestedCaches = []
    var roots: [BoundRoot] = []
    fields = schema.fields.map { field in
      var source = FieldBinding.Source.meta(field, in: schema)
      if let resolver = registry.roots[schema.coordinate(of: field.id)] {
        source = .root(roots.count)
        roots.append(BoundRoot(field: field, resolver: resolver, cache: nil))
      } else if let resolver = registry.nested[schema.coordinate(of: field.id)] {
        source = .nested(resolver)
      }
      return FieldBinding(source: source ?? .property, property: Array(field.name.utf8))
    }
    self.roots = roots
  }
}

/// Why a schema and a resolver tree do not fit each other.
public struct BindingError: Error, Sendable, CustomStringConvertible {
  public struct Problem: Sendable, Hashable {
    public let message: String
    /// In the SDL; `nil` for what is not there.
    public let location: SourceLocation?
  }

  /// At least one, in the order of the SDL.
  public let problems: [Problem]
  public let source: Source

  /// Each as `schema.graphql:12:5: message`, the source line and a caret.
  public var description: String {
    problems.map { Diagnostic.text($0.message, at: $0.location, in: source) }.joined(separator: "\n")
  }
}

/// Where the value of a field comes from.
struct FieldBinding: Sendable {
  enum Source: Sendable, Hashable {
    /// The name of the runtime type.
    case typename
    /// `__schema`.
    case introspectionSchema
    /// `__type(name:)`.
    case introspectionType
    /// A root field; index into ``SchemaBinding/roots``.
    case root(Int)
    /// A field of the mutation root type; index into ``SchemaBinding/mutations``.
    case mutation(Int)
    /// A member of the parent's body.
    case property
    /// A member of the parent's body when it is there, otherwise fetched; index into ``SchemaBinding/nestedResolvers``.
    case nested(Int)

    /// The source of a field that every schema has (spec section 4); nil for a field of the schema's own.
    static func meta(_ field: FieldDefinition, in schema: GraphQLSchema) -> Source? {
      switch field.id {
      case schema.typenameField: .typename
      case schema.schemaField: .introspectionSchema
      case schema.typeField: .introspectionType
      default: schema[field.parent].isIntrospection ? .property : nil
      }
    }
  }

  let source: Source
  /// The key of the member that holds the value.
  let property: [UInt8]
  /// Index into ``SchemaBinding/nestedCaches``, for a nested field whose values are cached by themselves.
  var nestedCache: Int?
}

/// How a field below the root is cached: by the members of its parents that its key names.
struct NestedCache: Sendable {
  let field: FieldDefinition
  let property: String
  let policy: CachePolicy
}

/// A root field with its resolver and cache policy.
struct BoundRoot: Sendable {
  let field: FieldDefinition
  let resolver: any RootFieldResolver
  let cache: CachePolicy?
  let selectionArgument: SelectionArgument?

  init(
    field: FieldDefinition,
    resolver: any RootFieldResolver,
    cache: CachePolicy?,
    selectionArgument: SelectionArgument? = nil
  ) {
    self.field = field
    self.resolver = resolver
    self.cache = cache
    self.selectionArgument = selectionArgument
  }
}

/// How a field is cached: `@cached` of the SDL, checked.
struct CachePolicy: Sendable {
  let pattern: KeyPattern
  /// What all keys of the field begin with.
  let keyPrefix: [UInt8]
  let ttl: Duration
  /// For how long after that a value may still be served while it is computed anew; nil for not at all.
  let stale: Duration?
  /// The member of a cached value that names its workspace, for keys that do not.
  let owner: [UInt8]?

  /// How long a value stays in Redis.
  var lifetimeInRedis: Duration { ttl + (stale ?? .zero) }

  /// How long before the end of its time a value may be computed anew.
  var refreshMargin: Duration { min(ttl / 10, .seconds(10)) }
}
