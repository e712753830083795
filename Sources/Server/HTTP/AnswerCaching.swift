import HTTPTypes
import Resolver

/// How clients may keep answers (RFC 9111): see `docs/decisions/0009-caching-of-answers.md`.
enum AnswerCaching {
  private static let notKept = "no-store"

  /// The fields of an answer without error.
  /// - Parameter remaining: how long it may be taken for what a new one would be: zero when that must be asked for each
  ///   time, nil when the answer must not be kept.
  static func cacheControl(_ remaining: Duration?) -> String {
    guard let remaining else { return notKept }
    let seconds = remaining.components.seconds
    return seconds > 0 ? "private, max-age=\(seconds)" : "private, no-cache"
  }

  /// Adds what a cache needs to know to the answer of a safe request.
  /// - Returns: whether 304 is the answer, without body or the fields that describe one.
  static func apply(
    _ remaining: Duration?,
    to body: [UInt8],
    mediaType: String,
    for request: HTTPFields,
    into fields: inout HTTPFields
  ) -> Bool {
    fields[.cacheControl] = cacheControl(remaining)
    guard remaining != nil else { return false }
    let tag = EntityTag(of: body, mediaType: mediaType)
    let known = request[.ifNoneMatch].flatMap(tag.named)
    fields[.eTag] = known ?? tag.description
    return known != nil
  }
}
