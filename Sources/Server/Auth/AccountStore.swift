import Database
import Resolver

/// Users and their workspaces, in the platform's database.
struct AccountStore: Sendable {
  let pool: ConnectionPool

  struct NewAccount: Sendable {
    var email: String
    var passwordHash: String
    var fullName: String
    var workspaceName: String
  }

  /// What `register` answers.
  struct Registered: Sendable, Equatable {
    var id: String
    var email: String
    var fullName: String
    var workspaceID: String
    /// ISO 8601 in UTC.
    var createdAt: String
  }

  /// What `login` needs.
  struct Credentials: Sendable, Equatable {
    var userID: String
    var email: String
    var passwordHash: String
    var workspaceID: WorkspaceID
    var role: String
  }

  /// What `me` answers.
  struct Profile: Sendable, Equatable {
    var id: String
    var email: String
    var fullName: String
    var workspaceID: String
    var workspaceName: String
  }

  enum Failure: Error, Equatable {
    case emailTaken
    /// The database answered something that cannot be.
    case unexpectedAnswer
  }

  /// Creates the workspace and its first user in one statement, so both exist or neither. One round trip.
  func register(_ account: NewAccount) async throws -> Registered {
    let query = SQLQuery(
      Self.insert,
      [
        .text(account.workspaceName), .text(account.email), .text(account.passwordHash), .text(account.fullName),
      ]
    )
    let rows: SQLResult
    do throws(DatabaseError) {
      rows = try await pool.query(query)
    } catch {
      if error.sqlState == .uniqueViolation { throw Failure.emailTaken }
      throw error
    }
    guard
      rows.rowCount == 1, let id = rows.string(0, 0), let email = rows.string(0, 1),
      let workspaceID = rows.string(0, 3), let createdAt = rows.string(0, 4)
    else { throw Failure.unexpectedAnswer }
    return Registered(
      id: id,
      email: email,
      fullName: rows.string(0, 2) ?? "",
      workspaceID: workspaceID,
      createdAt: createdAt
    )
  }

  /// Whether somebody has this address. One round trip.
  func isTaken(email: String) async throws -> Bool {
    try await pool.query(SQLQuery(Self.findEmail, [.text(email)])).rowCount > 0
  }

  /// The account with this address, in whatever case it is written; nil when there is none. One round trip.
  func credentials(email: String) async throws -> Credentials? {
    let rows = try await pool.query(SQLQuery(Self.findCredentials, [.text(email)]))
    guard rows.rowCount == 1 else { return nil }
    guard
      let userID = rows.string(0, 0), let email = rows.string(0, 1), let hash = rows.string(0, 2),
      let workspaceID = rows.string(0, 3).flatMap({ WorkspaceID($0) }), let role = rows.string(0, 4)
    else { throw Failure.unexpectedAnswer }
    return Credentials(userID: userID, email: email, passwordHash: hash, workspaceID: workspaceID, role: role)
  }

  /// Nil when the user is gone, or has moved to another workspace than the token's. One round trip.
  func profile(of principal: Principal) async throws -> Profile? {
    let query = SQLQuery(Self.findProfile, [.text(principal.userID), .text(principal.workspaceID.text)])
    let rows = try await pool.query(query)
    guard rows.rowCount == 1 else { return nil }
    guard
      let id = rows.string(0, 0), let email = rows.string(0, 1), let workspaceID = rows.string(0, 3),
      let workspaceName = rows.string(0, 4)
    else { throw Failure.unexpectedAnswer }
    return Profile(
      id: id,
      email: email,
      fullName: rows.string(0, 2) ?? "",
      workspaceID: workspaceID,
      workspaceName: workspaceName
    )
  }

  // MARK: Statements

  private static let insert = SQLStatement(
    "account_insert",
    """
    WITH workspace AS (
      INSERT INTO workspaces (id, name) VALUES (gen_random_uuid(), $1) RETURNING id
    )
    INSERT INTO users (id, email, password_hash, full_name, workspace_id)
    SELECT gen_random_uuid(), lower($2), $3, $4, workspace.id FROM workspace
    RETURNING id, email, full_name, workspace_id,
      regexp_replace(to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '\\.?0+$', '') || 'Z'
    """
  )

  private static let findEmail = SQLStatement(
    "account_find_email",
    "SELECT 1 FROM users WHERE email = lower($1)"
  )

  private static let findCredentials = SQLStatement(
    "account_find_credentials",
    "SELECT id, email, password_hash, workspace_id, role FROM users WHERE email = lower($1)"
  )

  /// Ids of other issuers' tokens need not be UUIDs, so the comparison is by text.
  private static let findProfile = SQLStatement(
    "account_find_profile",
    """
    SELECT users.id, users.email, users.full_name, users.workspace_id, workspaces.name
    FROM users JOIN workspaces ON workspaces.id = users.workspace_id
    WHERE users.id::text = lower($1) AND users.workspace_id = $2::uuid
    """
  )
}
