public import Database
import Resolver

/// An account in a workspace that exists already, for `tracegate dev`: somebody who clones the project can look around
/// without registering.
public struct DevelopmentAccount: Sendable {
  public let email: String
  public let password: String
  public let fullName: String
  /// UUID.
  public let workspaceID: String

  public init(email: String, password: String, fullName: String, workspaceID: String) {
    self.email = email
    self.password = password
    self.fullName = fullName
    self.workspaceID = workspaceID
  }

  /// Why there is no account.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Makes the account, or gives the existing one this password and workspace. One round trip.
  ///
  /// - Returns: a token as `login` gives it.
  public func ensure(in pool: ConnectionPool, _ configuration: GatewayConfiguration) async throws -> String {
    guard let workspace = WorkspaceID(workspaceID), let setting = BCrypt.makeSetting(cost: configuration.bcryptCost),
      let hash = BCrypt.hash(password, setting: setting)
    else { throw Failure(description: "the account \(email) cannot be made") }
    let query = SQLQuery(Self.upsert, [.text(email), .text(hash), .text(fullName), .text(workspace.text)])
    let rows = try await pool.query(query)
    guard let userID = rows.string(0, 0), let role = rows.string(0, 1) else {
      throw Failure(description: "the account \(email) cannot be made")
    }
    let tokens = await TokenAuthority(secret: configuration.jwtSecret, lifetime: configuration.jwtTTL)
    return try await tokens.issue(userID: userID, workspaceID: workspace, email: email, role: role).text
  }

  private static let upsert = SQLStatement(
    "account_development",
    """
    INSERT INTO users (id, email, password_hash, full_name, workspace_id)
    VALUES (gen_random_uuid(), lower($1), $2, $3, $4::uuid)
    ON CONFLICT (email) DO UPDATE SET password_hash = excluded.password_hash, workspace_id = excluded.workspace_id
    RETURNING id, role
    """
  )
}
