/// Who asks, once authentication is done: the one value that decides what a request may see.
public struct Principal: Sendable, Hashable {
  /// The only workspace whose data the request can reach.
  public let workspaceID: WorkspaceID
  public let userID: String
  public let email: String?
  public let role: String?

  public init(workspaceID: WorkspaceID, userID: String, email: String? = nil, role: String? = nil) {
    self.workspaceID = workspaceID
    self.userID = userID
    self.email = email
    self.role = role
  }
}
