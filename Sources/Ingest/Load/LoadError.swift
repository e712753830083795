/// Why a file cannot be read, or not to its end.
public enum LoadError: Error, Sendable, Hashable, CustomStringConvertible {
  case cannotOpen(path: String, reason: String)
  case cannotRead(reason: String)
  /// The gzip data ends before its trailer.
  case truncated
  /// The gzip data is damaged; the reason is zlib's.
  case damaged(reason: String)

  public var description: String {
    switch self {
    case .cannotOpen(let path, let reason): "cannot open \(path): \(reason)"
    case .cannotRead(let reason): "reading failed: \(reason)"
    case .truncated: "the compressed data ends too early"
    case .damaged(let reason): "the compressed data is damaged: \(reason)"
    }
  }
}
