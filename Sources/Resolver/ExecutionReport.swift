/// What answering a request took, and where the values came from.
public struct ExecutionReport: Sendable {
  /// Reading, validating and planning the document, and coercing the variables.
  public internal(set) var planning = Duration.zero
  /// Waiting for the cache.
  public internal(set) var cache = Duration.zero
  /// Waiting for the database, or for another request that was asking it the same.
  public internal(set) var database = Duration.zero
  /// Everything between planning and writing.
  public internal(set) var execution = Duration.zero
  /// What the operation may cost at most (see `QueryMeasurement`); nil where nothing is measured.
  public internal(set) var cost: Int?
  /// One for each field of the root, in the order of the answer; only when the request asked for them.
  public internal(set) var fields: [Field] = []

  /// Of an answer that took nothing.
  public init() {}

  /// One field of the root.
  public struct Field: Sendable {
    public let responseName: String
    public let coordinate: String
    let origin: FieldOrigin
    /// How many records its body holds; nil when there is no body.
    let records: Int?
    /// What the body's member `computed_from` says of the tables that were read; nil where there is none.
    let computedFrom: String?
  }
}

/// Where the value of a root field came from.
struct FieldOrigin: Sendable {
  enum Source: String, Sendable {
    /// This process.
    case memory
    /// The cache.
    case redis
    /// The cache, past its time; it is being computed anew.
    case stale
    case database
    /// Another request that was asking the database the same at this moment.
    case flight
    /// The schema itself.
    case introspection
    /// A mutation was performed.
    case mutation
    /// The arguments could not be coerced.
    case none
  }

  let source: Source
  /// How long a value of the field is cached; nil when it is not.
  var lifetime: Duration?
  /// How long this value stays; nil when it is not cached.
  var remaining: Duration?
  /// The round trip that brought it, which all fields of the same source share.
  var took = Duration.zero

  /// Since the value was computed; nil when nobody knows.
  var age: Duration? {
    guard let lifetime, let remaining, remaining > .zero, remaining <= lifetime else { return nil }
    return lifetime - remaining
  }
}
