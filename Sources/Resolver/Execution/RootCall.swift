import Cache
import Schema

/// One distinct call of a root field in a request: however many aliases ask for it, it is fetched once.
struct RootCall: Sendable {
  /// Index into ``SchemaBinding/roots``.
  let root: Int
  let call: FieldCall
  /// Where the value is cached; nil when the field is not.
  let key: CacheKey?
  /// Canonical text of the arguments: two calls of one field are the same when it is.
  let argumentsText: [UInt8]
  private let argumentsHash: String?

  init(root: Int, bound: BoundRoot, arguments: CallArguments, workspaceID: WorkspaceID, now: Instant) {
    let call = FieldCall(arguments: arguments.values, workspaceID: workspaceID, now: now)
    self.root = root
    self.call = call
    argumentsText = arguments.text
    argumentsHash = arguments.hash
    key = Self.key(bound, call, hash: arguments.hash, workspace: workspaceID.text)
  }

  /// The key as it would be for a workspace of that name.
  func key(in binding: SchemaBinding, workspace: String) -> CacheKey? {
    Self.key(binding.roots[root], call, hash: argumentsHash, workspace: workspace)
  }

  private static func key(_ bound: BoundRoot, _ call: FieldCall, hash: String?, workspace: String) -> CacheKey? {
    bound.cache.flatMap { policy in
      policy.pattern.render { placeholder in
        switch placeholder {
        case "workspace_id": workspace
        case "filters_hash", "args_hash": hash
        default: bound.resolver.keyValue(placeholder, call)
        }
      }
    }
  }
}
