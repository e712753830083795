import JSON
import JWTKit
import Resolver

/// Issues tokens and says whose a token is: HS256 by jwt-kit, verified claims remembered by the whole token.
final class TokenAuthority: Sendable {
  private let keys: JWTKeyCollection
  private let lifetime: Duration
  private let now: @Sendable () -> Int64
  /// Verified claims, and which tokens were revoked.
  let memory: TokenMemory

  /// How far the clocks of issuers may be ahead of ours.
  private static let leeway: Int64 = 60
  /// A token of ours has about 400 bytes; more than this is not looked at.
  private static let maximumBytes = 4096

  /// Why a token is not accepted. For the log; clients are told the same in every case.
  enum Refusal: String, Error {
    case malformed, algorithm, signature, expired, notYetValid, revoked, workspace
  }

  /// - Parameters:
  ///   - secret: the key, at least 32 bytes.
  ///   - now: seconds since 1970.
  init(
    secret: String,
    lifetime: Duration,
    memory: TokenMemory = TokenMemory(),
    now: @escaping @Sendable () -> Int64 = UnixTime.now
  ) async {
    keys = JWTKeyCollection()
    await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
    self.lifetime = lifetime
    self.memory = memory
    self.now = now
  }

  /// A token of its own lifetime for a user.
  func issue(userID: String, workspaceID: WorkspaceID, email: String, role: String?) async throws -> IssuedToken {
    let issuedAt = now()
    let seconds = lifetime.components.seconds
    let claims = TokenClaims(
      userID: userID,
      workspaceID: workspaceID.text,
      email: email,
      issuedAt: NumericDate(issuedAt),
      expiresAt: NumericDate(issuedAt + seconds),
      tokenID: RandomID.make(),
      role: role
    )
    return IssuedToken(text: try await keys.sign(claims), expiresIn: seconds)
  }

  struct IssuedToken: Sendable {
    var text: String
    /// Seconds.
    var expiresIn: Int64
  }

  /// Whose token this is. A repeat is one look-up; `exp` and revocation are checked every time. No round trip.
  func verify(_ token: String) async throws(Refusal) -> VerifiedToken {
    let instant = now()
    switch memory.find(token, at: instant) {
    case .verified(let verified): return verified
    case .revoked: throw .revoked
    case .expired: throw .expired
    case .unknown: break
    }
    let verified = try await verifySlowly(token, at: instant)
    guard memory.remember(verified, for: token, at: instant) else { throw .revoked }
    return verified
  }

  /// Whose token this is, when it was verified before and still holds.
  func known(_ token: String) -> VerifiedToken? {
    if case .verified(let verified) = memory.find(token, at: now()) { verified } else { nil }
  }

  /// Whether a token that was verified before is still accepted.
  func holds(_ verified: VerifiedToken) -> Bool { memory.holds(verified, at: now()) }

  private func verifySlowly(_ token: String, at instant: Int64) async throws(Refusal) -> VerifiedToken {
    guard token.utf8.count <= Self.maximumBytes else { throw .malformed }
    // jwt-kit picks the key, not the algorithm that the header asks for; ours is the only one there is.
    try Self.requireForm(of: token)
    let claims: TokenClaims
    do {
      claims = try await keys.verify(token, as: TokenClaims.self)
    } catch let error as JWTError where error.errorType == .signatureVerificationFailed {
      throw .signature
    } catch {
      throw .malformed
    }
    guard claims.expiresAt.seconds > instant else { throw .expired }
    let earliest = max(claims.notBefore?.seconds ?? 0, claims.issuedAt.seconds)
    guard earliest <= instant + Self.leeway else { throw .notYetValid }
    guard let workspaceID = WorkspaceID(claims.workspaceID) else { throw .workspace }
    guard !claims.userID.isEmpty, !claims.tokenID.isEmpty else { throw .malformed }
    return VerifiedToken(
      principal: Principal(
        workspaceID: workspaceID,
        userID: claims.userID,
        email: claims.email,
        role: claims.role
      ),
      tokenID: claims.tokenID,
      expiresAt: claims.expiresAt.seconds
    )
  }

  /// Three parts in base 64 as RFC 7515 section 2 has it, and a header that is ours: `none`, an algorithm of another
  /// family, and a `crit` extension that we would have to understand are refused (RFC 7515 section 4.1.11, RFC 8725
  /// section 3.1).
  private static func requireForm(of token: String) throws(Refusal) {
    let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    // jwt-kit takes padding and other ways to write the same bytes, RFC 7515 section 2 does not.
    guard
      parts.count == 3, parts.dropFirst().allSatisfy({ Base64URL.decode($0) != nil }),
      let bytes = Base64URL.decode(parts[0]),
      let document = try? JSONDocument(parsing: bytes, maxDepth: 8),
      document.root.kind == .object
    else { throw .malformed }
    guard document.root["alg"]?.string == "HS256", document.root["crit"] == nil else { throw .algorithm }
  }
}

/// A token that was found good.
struct VerifiedToken: Sendable, Hashable {
  let principal: Principal
  let tokenID: String
  /// Seconds since 1970.
  let expiresAt: Int64
}
