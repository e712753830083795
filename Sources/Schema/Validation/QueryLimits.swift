/// How much one document may ask for. Checked after validation, before planning; `ParserLimits` come before.
public struct QueryLimits: Sendable, Hashable {
  /// Nested selection sets, fragments written out; a root field has depth 1.
  public var maxDepth: Int
  /// Aliased fields in the document.
  public var maxAliases: Int
  /// Fields of the root selection set, fragments written out.
  public var maxRootFields: Int
  /// Directives in the document.
  public var maxDirectives: Int
  /// Fields of the operation, fragments written out.
  public var maxFields: Int
  /// By `@cost` and `@listSize`, see `QueryCost`.
  public var maxCost: Int

  public init(
    maxDepth: Int = 15,
    maxAliases: Int = 100,
    maxRootFields: Int = 50,
    maxDirectives: Int = 200,
    maxFields: Int = 2_000,
    maxCost: Int = 100_000
  ) {
    self.maxDepth = maxDepth
    self.maxAliases = maxAliases
    self.maxRootFields = maxRootFields
    self.maxDirectives = maxDirectives
    self.maxFields = maxFields
    self.maxCost = maxCost
  }
}

/// What an operation measures.
public struct QueryMeasure: Sendable, Hashable {
  public let depth: Int
  public let aliases: Int
  public let rootFields: Int
  public let directives: Int
  public let fields: Int
  public let cost: Int
}

extension QueryLimits {
  /// Refuses an operation by the first limit that it passes; introspection counts like the rest.
  ///
  /// - Parameter place: where the operation begins.
  public func check(_ measure: QueryMeasure, at place: SourceLocation) throws(GraphQLError) {
    do throws(GraphQLError) {
      try check(measure)
    } catch {
      throw GraphQLError(error.message, code: error.code, locations: [place])
    }
  }

  private func check(_ measure: QueryMeasure) throws(GraphQLError) {
    try check("nests", measure.depth, maxDepth, "levels deep", .depthLimitExceeded)
    try check("has", measure.aliases, maxAliases, "aliases", .aliasLimitExceeded)
    try check("selects", measure.rootFields, maxRootFields, "root fields", .rootFieldLimitExceeded)
    try check("has", measure.directives, maxDirectives, "directives", .directiveLimitExceeded)
    try check("selects", measure.fields, maxFields, "fields with its fragments written out", .fieldLimitExceeded)
    try check("has a cost of", measure.cost, maxCost, "", .costLimitExceeded)
  }

  private func check(
    _ verb: String,
    _ value: Int,
    _ limit: Int,
    _ what: String,
    _ code: ErrorCode
  ) throws(GraphQLError) {
    guard value > limit else { return }
    let shown = value >= QueryMeasurement.ceiling ? "more than \(limit)" : "\(value)"
    let tail = what.isEmpty ? "" : " \(what)"
    throw GraphQLError("The operation \(verb) \(shown)\(tail); at most \(limit) are allowed.", code: code)
  }
}
