import JWTKit

/// What a token says. The documented payload: `user_id`, `workspace_id`, `email`, `iat`, `exp`, `jti`, `role`.
struct TokenClaims: JWTPayload, Equatable {
  var userID: String
  var workspaceID: String
  var email: String
  var issuedAt: NumericDate
  var expiresAt: NumericDate
  /// Not in our tokens; honoured in those of others.
  var notBefore: NumericDate?
  var tokenID: String
  var role: String?

  enum CodingKeys: String, CodingKey {
    case userID = "user_id"
    case workspaceID = "workspace_id"
    case email
    case issuedAt = "iat"
    case expiresAt = "exp"
    case notBefore = "nbf"
    case tokenID = "jti"
    case role
  }

  /// The times are checked by ``TokenAuthority``, which has the clock.
  func verify(using algorithm: some JWTAlgorithm) {}
}

/// Seconds since 1970 (RFC 7519 section 2). Written whole; a fraction is read and cut off.
struct NumericDate: Codable, Sendable, Hashable {
  var seconds: Int64

  init(_ seconds: Int64) { self.seconds = seconds }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let value = try container.decode(Double.self)
    // The year 9999 keeps the conversion, and sums with leeway, far from overflow.
    guard value.isFinite, value >= 0, value < 253_402_300_800 else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an instant")
    }
    seconds = Int64(value)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(seconds)
  }
}
