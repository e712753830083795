import Database
import HTTPTypes
import Hummingbird
import JSON

/// `/api/v1/auth/…`: register, login, me, logout. Bodies: SPEC appendix A.
struct AccountController: Sendable {
  let accounts: AccountStore
  let passwords: PasswordHasher
  let tokens: TokenAuthority
  let revocations: RevocationFeed
  let throttle: LoginThrottle
  let bodies: RequestBodyReader

  /// Two round trips to the platform's database; the hash between them takes about 0.2 s off the event loops.
  @Sendable func register(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
    let form = try RegistrationForm(try await body(of: request))
    return try await mapped {
      // Asked first, so that a taken address does not cost a hash.
      guard try await !accounts.isTaken(email: form.email) else { throw ErrorMapping.emailTaken }
      let account = AccountStore.NewAccount(
        email: form.email,
        passwordHash: try await passwords.hash(form.password),
        fullName: form.fullName,
        workspaceName: form.workspaceName
      )
      return Response(status: .created, json: Self.body(of: try await accounts.register(account)))
    }
  }

  /// One round trip to the platform's database. Whether the account exists shows neither in the answer nor in its time.
  @Sendable func login(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
    let form = try LoginForm(try await body(of: request))
    let account = form.email.lowercased()
    if let seconds = throttle.waitingTime(account: account, address: context.peer, at: UnixTime.now()) {
      throw ErrorMapping.tooManyLogins(retryAfter: seconds)
    }
    return try await mapped {
      // A NUL can stand in no address, and PostgreSQL takes none.
      let known = form.email.utf8.contains(0) ? nil : try await accounts.credentials(email: form.email)
      let isRight = try await passwords.verify(form.password, against: known?.passwordHash)
      guard isRight, let known else {
        throttle.recordFailure(account: account, address: context.peer, at: UnixTime.now())
        throw ErrorMapping.wrongCredentials
      }
      throttle.recordSuccess(account: account, address: context.peer)
      let token = try await tokens.issue(
        userID: known.userID,
        workspaceID: known.workspaceID,
        email: known.email,
        role: known.role
      )
      return Response(json: Self.body(of: token))
    }
  }

  /// One round trip to the platform's database.
  @Sendable func me(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
    let verified = try await Authenticator.verify(request.headers, tokens)
    return try await mapped {
      guard let profile = try await accounts.profile(of: verified.principal) else {
        throw ErrorMapping.invalidToken
      }
      return Response(json: Self.body(of: profile))
    }
  }

  /// The token stops working here at once, and on every other instance within about a second. One Redis round trip.
  ///
  /// When Redis cannot be told the answer is 503: the token is dead here, and the others are told as soon as it is back.
  @Sendable func logout(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
    let verified = try await Authenticator.verify(request.headers, tokens)
    guard await revocations.revoke(verified) else {
      throw ErrorMapping.unavailable("The logout has not reached every server yet", retryAfter: 1)
    }
    return Response(status: .noContent)
  }

  // MARK: Pieces

  private func body(of request: Request) async throws -> [UInt8] {
    try MediaTypes.requireJSON(request.headers[.contentType])
    return try await bodies.read(request)
  }

  /// Failures of hasher and store, as clients see them.
  private func mapped(_ work: () async throws -> Response) async throws -> Response {
    do {
      return try await work()
    } catch PasswordHasher.Failure.busy {
      throw ErrorMapping.unavailable("Too many logins at this moment; try again in a second")
    } catch AccountStore.Failure.emailTaken {
      throw ErrorMapping.emailTaken
    } catch let error as DatabaseError {
      throw ErrorMapping.problem(for: error)
    }
  }

  private static func body(of account: AccountStore.Registered) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("id")
    json.string(account.id)
    json.key("email")
    json.string(account.email)
    json.key("full_name")
    json.string(account.fullName)
    json.key("workspace_id")
    json.string(account.workspaceID)
    json.key("created_at")
    json.string(account.createdAt)
    json.endObject()
    return json.bytes
  }

  private static func body(of token: TokenAuthority.IssuedToken) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("access_token")
    json.string(token.text)
    json.key("token_type")
    json.string("bearer")
    json.key("expires_in")
    json.int(token.expiresIn)
    json.endObject()
    return json.bytes
  }

  private static func body(of profile: AccountStore.Profile) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("id")
    json.string(profile.id)
    json.key("email")
    json.string(profile.email)
    json.key("full_name")
    json.string(profile.fullName)
    json.key("workspace_id")
    json.string(profile.workspaceID)
    json.key("workspace_name")
    json.string(profile.workspaceName)
    json.endObject()
    return json.bytes
  }
}
