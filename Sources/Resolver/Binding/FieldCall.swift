public import Schema

/// One call of a field: its coerced arguments, on whose behalf, and when.
public struct FieldCall: Sendable {
  public let arguments: ArgumentValues
  /// Bounds every statement of the call.
  public let workspaceID: WorkspaceID
  /// Captured once per request, so that all fields of an answer speak of the same moment.
  public let now: Instant

  public init(arguments: ArgumentValues, workspaceID: WorkspaceID, now: Instant) {
    self.arguments = arguments
    self.workspaceID = workspaceID
    self.now = now
  }
}
