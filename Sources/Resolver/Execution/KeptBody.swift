public import Cache
public import JSON
import Synchronization

/// A decoded body that stays in memory, with what was rendered of it.
public final class KeptBody: Sendable {
  public let document: JSONDocument
  public let fragments: RenderedFragments
  /// No other body of this process has or will have it.
  let id: UInt64

  private static let lastID = Atomic<UInt64>(0)

  /// - Parameter document: a body of our own: whole, and without what the cache adds to it or with it.
  public init(_ document: JSONDocument) {
    self.document = document
    id = Self.lastID.wrappingAdd(1, ordering: .relaxed).newValue
    // Renderings leave members out or name them anew; two selections of everything fit.
    fragments = RenderedFragments(maxBytes: 2 * document.bytes.count + 1024)
  }
}

/// Bodies at hand without waiting: what lets an answer be given at once.
public protocol BodyMemory: Sendable {
  /// The bodies under some keys, in order, and how long each stays good; nil when one of them is not here or may be
  /// outdated. Does no I/O.
  ///
  /// Never the body of another workspace, also not under a key that names none.
  func find(_ keys: [CacheKey], workspace: String) -> [(body: KeptBody, remaining: Duration)]?
}
