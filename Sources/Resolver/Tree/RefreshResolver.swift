import JSON
public import Schema

/// `Mutation.refresh`: drops what is cached for the workspace, so that the next answers are computed anew.
public struct RefreshResolver: MutationResolver {
  public init() {}

  public func perform(_ call: MutationCall) async throws(GraphQLError) -> [UInt8] {
    guard await call.dropCachedFields() else {
      throw GraphQLError("The cache cannot be reached; try again.", code: .serviceUnavailable)
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("refreshed_at")
    writer.instant(call.now)
    writer.endObject()
    return writer.bytes
  }
}
