import Cache
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Resolver
import Schema

/// `DELETE /api/v1/cache`: drops what is cached for the caller's workspace, or of one of its fields (docs/caching.md).
struct CacheController: Sendable {
  static let path = "/api/v1/cache"

  let cache: FieldCache
  let fields: [SchemaBinding.CachedField]
  let authenticator: Authenticator
  let logger: Logger

  /// One Redis round trip for what makes the values old, and one for each 512 keys that are removed.
  @Sendable func drop(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
    let principal = try await authenticator.principal(for: request.headers)
    let field = try field(of: request, for: principal)
    let now = Instant.now()
    do throws(CacheError) {
      let removed = try await drop(field, of: principal.workspaceID.text)
      var response = Response(json: Self.body(removed: removed, field: field, at: now))
      response.headers.appendVary(authenticator.identityFields)
      return response
    } catch {
      logger.warning("Cached fields not dropped", metadata: ["error": "\(error.debugDescription)"])
      throw ErrorMapping.unavailable("The cache cannot be reached; try again")
    }
  }

  private func drop(_ field: SchemaBinding.CachedField?, of workspace: String) async throws(CacheError) -> Int {
    guard let field else { return try await cache.invalidate(workspace: workspace) }
    return try await cache.invalidate(workspace: workspace, keysWith: field.keyPrefix, of: [field.keyPrefix])
  }

  /// - Throws: 422 for a field that there is not, 403 for another's workspace.
  private func field(of request: Request, for principal: Principal) throws -> SchemaBinding.CachedField? {
    guard let query = try? QueryString(request.uri.query ?? "") else {
      throw ErrorMapping.badRequest("The query of the URL \(PercentEncoding.Failure.malformed.complaint)")
    }
    try ParameterDecoder.checkWorkspace(query, principal)
    // A misspelt `field` must not drop everything.
    if let other = query.name(otherThan: ["field", "workspace_id"]) {
      throw ErrorMapping.invalid([
        FieldIssue(
          type: "extra_forbidden",
          location: ["query", other],
          message: "Only 'field' and 'workspace_id' are known"
        )
      ])
    }
    guard let name = query["field"] else { return nil }
    if let field = fields.first(where: { $0.restName == name || $0.name == name }) { return field }
    let parameter = RouteParameter(
      name: "field",
      location: .query,
      type: .string,
      isRequired: false,
      allowed: fields.map(\.restName),
      summary: "",
      line: 0
    )
    do throws(ParameterFailure) {
      _ = try ParameterDecoder.value(of: name, for: parameter)
      return nil
    } catch {
      throw ErrorMapping.invalid([error.issue(of: parameter)])
    }
  }

  private static func body(removed: Int, field: SchemaBinding.CachedField?, at now: Instant) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("field")
    if let field { json.string(field.restName) } else { json.null() }
    json.key("removed")
    json.int(Int64(removed))
    json.key("refreshed_at")
    json.string(now.text)
    json.endObject()
    return json.bytes
  }
}
