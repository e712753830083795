import HTTPTypes
import Resolver
import Schema

/// Says who asks, from a request's header fields. Each listener has its own way.
enum Authenticator: Sendable {
  /// The public listener: `Authorization: Bearer <token>`.
  case token(TokenAuthority)
  /// The internal listener, behind somebody else's gateway: `X-Workspace-ID` and `X-User-ID`.
  case contextHeaders

  /// No round trip.
  /// - Throws: 401 without a good token, 403 without good context headers.
  func principal(for fields: HTTPFields) async throws(Problem) -> Principal {
    switch self {
    case .token(let authority): try await Self.verify(fields, authority).principal
    case .contextHeaders: try Self.principal(fromContext: fields)
    }
  }

  /// The fields that say who asks, for `Vary`.
  var identityFields: String {
    switch self {
    case .token: "Authorization"
    case .contextHeaders: "X-Workspace-ID, X-User-ID"
    }
  }

  /// What a mutation is answered with on this listener; nil where mutations are performed.
  var mutationRefusal: GraphQLError? {
    switch self {
    case .token: nil
    case .contextHeaders:
      GraphQLError("This listener only reads; send mutations to the public one.", code: .forbidden)
    }
  }

  /// What was found good of a request: the same fields need not be read again while it ``holds(_:)``.
  enum Proof: Sendable {
    case token(VerifiedToken)
    case contextHeaders(Principal)

    var principal: Principal {
      switch self {
      case .token(let verified): verified.principal
      case .contextHeaders(let principal): principal
      }
    }
  }

  /// Who asks, when that takes no computation; nil leaves it to ``principal(for:)`` to find out or refuse.
  func knownProof(for fields: HTTPFields) -> Proof? {
    switch self {
    case .token(let authority):
      fields[.authorization].flatMap(Self.bearerToken).flatMap { authority.known($0) }.map { .token($0) }
    case .contextHeaders: (try? Self.principal(fromContext: fields)).map { .contextHeaders($0) }
    }
  }

  /// Whether the token has neither expired nor been revoked since.
  func holds(_ proof: Proof) -> Bool {
    switch (self, proof) {
    case (.token(let authority), .token(let verified)): authority.holds(verified)
    case (.contextHeaders, .contextHeaders): true
    default: false
    }
  }

  /// The token of a request, verified.
  static func verify(_ fields: HTTPFields, _ authority: TokenAuthority) async throws(Problem) -> VerifiedToken {
    guard let field = fields[.authorization] else { throw ErrorMapping.unauthenticated }
    guard let token = bearerToken(field) else { throw ErrorMapping.invalidToken }
    do {
      return try await authority.verify(token)
    } catch {
      throw ErrorMapping.invalidToken
    }
  }

  /// RFC 6750 section 2.1; the scheme's case does not matter (RFC 9110 section 11.1).
  static func bearerToken(_ field: String) -> String? {
    let parts = field.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    let token = parts[1].trimmingSpaces()
    return token.isEmpty ? nil : String(token)
  }

  private static let workspaceField = HTTPField.Name("X-Workspace-ID")
  private static let userField = HTTPField.Name("X-User-ID")

  private static func principal(fromContext fields: HTTPFields) throws(Problem) -> Principal {
    guard
      let workspaceField, let userField,
      let workspace = fields[workspaceField].flatMap({ WorkspaceID($0) }),
      let user = fields[userField], isUserID(user)
    else { throw ErrorMapping.missingContext }
    return Principal(workspaceID: workspace, userID: user)
  }

  private static func isUserID(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
