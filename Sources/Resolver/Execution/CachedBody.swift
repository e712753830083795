import JSON

/// The text under a documented cache key: the body, and one member of ours that tells when it was read.
///
/// The member stands last, so the value holds every key of the REST body in its documented order and any JSON reader
/// of another service decodes it. A value without the member was written by somebody else.
enum CachedBody {
  static let member = Array("_tracegate".utf8)
  /// Raised whenever a body gains or changes members: values of other versions are then misses.
  static let version: Int64 = 3

  /// What a value found under a key is worth to a request.
  enum Reading {
    /// One of ours, fresh for some time to come.
    case body(JSONDocument, remaining: Duration)
    /// One of ours that is past its time, but may be used while it is computed anew.
    case stale(JSONDocument)
    /// Somebody else has written it, so that it may lack members.
    case foreign(JSONDocument)
    /// One of ours that cannot be used any more.
    case outdated
    /// No body at all.
    case garbage
    /// It belongs to another workspace, or nobody can tell: it must not be overwritten.
    case notOurs
  }

  /// The text to store for a body; nil for a body that is no object, which is never cached.
  /// - Parameter stale: for how long, at the end of its time in Redis, the value is past its own time.
  static func encode(_ body: [UInt8], generation: Int64, stale: Duration? = nil) -> [UInt8]? {
    guard body.first == UInt8(ascii: "{"), body.last == UInt8(ascii: "}"), body.count > 2 else { return nil }
    var text = body
    text.removeLast()
    text.append(contentsOf: ",\"_tracegate\":{\"version\":\(version),\"generation\":\(generation)".utf8)
    if let stale { text.append(contentsOf: ",\"stale\":\(stale.components.seconds)".utf8) }
    text.append(contentsOf: "}}".utf8)
    return text
  }
}
