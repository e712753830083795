public import Database
public import Schema

/// Performs a field of the mutation root type: changes something, then answers with one JSON body that serves every
/// selection of the field.
public protocol MutationResolver: Sendable {
  /// Does the work, and returns the body: one JSON value whose members are the type's fields in snake_case, or `null`.
  ///
  /// Called once for each field of the operation, the next only when this one has returned (spec section 6.2.2).
  /// - Throws: a `GraphQLError` without path or location, which the engine adds.
  func perform(_ call: MutationCall) async throws(GraphQLError) -> [UInt8]
}

/// One call of a mutation: its coerced arguments, on whose behalf, when, and what it may change.
public struct MutationCall: Sendable {
  public let arguments: ArgumentValues
  public let principal: Principal
  /// Captured once per request.
  public let now: Instant
  private let services: EngineServices

  init(arguments: ArgumentValues, principal: Principal, now: Instant, services: EngineServices) {
    self.arguments = arguments
    self.principal = principal
    self.now = now
    self.services = services
  }

  /// Runs one statement on the primary, where it commits by itself: one round trip.
  /// - Throws: what a client may know of a failure. One of a lost connection leaves open whether it took effect.
  public func write(_ query: SQLQuery) async throws(GraphQLError) -> SQLResult {
    try await services.write(query)
  }

  /// Drops everything cached for the caller's workspace: see `FieldCache.invalidate(workspace:)`.
  /// - Returns: whether Redis took it; when not, the log says why.
  public func dropCachedFields() async -> Bool {
    await services.invalidate(workspace: principal.workspaceID.text)
  }
}
