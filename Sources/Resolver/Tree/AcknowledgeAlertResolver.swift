import Database
import JSON
public import Schema

/// `Mutation.acknowledgeAlert`: somebody of the workspace has seen the alert. One statement.
public struct AcknowledgeAlertResolver: MutationResolver {
  public init() {}

  /// The first to acknowledge stays: an update of a row that another request has just changed sees that change.
  private static let acknowledge = SQLStatement(
    "acknowledge_alert",
    """
    UPDATE alerts AS alert SET
      acknowledged_at = COALESCE(alert.acknowledged_at, $3::timestamptz),
      acknowledged_by = CASE WHEN alert.acknowledged_at IS NULL THEN $4::uuid ELSE alert.acknowledged_by END
    WHERE alert.workspace_id = $1::uuid AND alert.id = $2::uuid
    RETURNING \(AlertColumns.select("alert"))
    """
  )

  public func perform(_ call: MutationCall) async throws(GraphQLError) -> [UInt8] {
    guard let id = call.arguments["id"]?.stringValue else {
      throw GraphQLError("The argument \"id\" has no value.", code: .internalServerError)
    }
    let workspace = call.principal.workspaceID
    let rows = try await call.write(
      SQLQuery(Self.acknowledge, [.text(workspace.text), .text(id), call.now.parameter, Self.user(of: call.principal)])
    )
    guard rows.rowCount > 0 else {
      throw GraphQLError("The workspace has no alert \"\(id)\".", code: .notFound)
    }
    // The lists of alerts are old now. The alert is acknowledged all the same when Redis cannot be told yet.
    _ = await call.dropCachedFields()
    var writer = JSONWriter()
    AlertColumns.write(rows, 0, at: 0, workspace, into: &writer)
    return writer.bytes
  }

  /// A token of another issuer may name its user in another way; then nobody is noted.
  private static func user(of principal: Principal) -> SQLParameter {
    guard case .string(let id) = try? ScalarCoercion.uuid.coerce(.string(principal.userID)) else { return .null }
    return .text(id)
  }
}
