import HTTPTypes

/// Keeps another site's page from making a visitor's browser ask with the visitor's cookies.
///
/// We read no cookie, but a gateway before ours may. Only `GET` is in question: a `POST` must be `application/json`, which
/// a browser does not send across sites without asking first. See `docs/decisions/0007-cookies-and-get.md`.
enum CrossSiteGuard {
  /// Fields that a page of another site can send only after a preflight.
  private static let guarded: [HTTPField.Name] = ["X-Requested-With", "GraphQL-Require-Preflight", "X-Request-ID"]
    .compactMap { HTTPField.Name($0) }
  private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")

  static func allows(_ fields: HTTPFields) -> Bool {
    guard fields.contains(.cookie) else { return true }
    if fields.contains(.authorization) || guarded.contains(where: { fields.contains($0) }) { return true }
    if let contentType = fields[.contentType], (try? MediaTypes.requireJSON(contentType)) != nil { return true }
    if let fetchSite, let site = fields[fetchSite] { return site == "same-origin" }
    return MediaTypes.namesJSON(fields[.accept])
  }
}
