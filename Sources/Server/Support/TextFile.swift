import Glibc

/// Reads the small text files that the server starts from.
enum TextFile {
  struct Failure: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "\(path): \(reason)" }
  }

  /// The file's text. Blocking: for start-up only.
  /// - Throws: ``Failure`` with the path when it cannot be read, is no UTF-8, or is larger than 16 MiB.
  static func read(_ path: String) throws(Failure) -> String {
    guard let file = unsafe fopen(path, "r") else {
      throw Failure(path: path, reason: unsafe String(cString: strerror(errno)))
    }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes += chunk[..<count]
      guard bytes.count <= 16 << 20 else { throw Failure(path: path, reason: "larger than 16 MiB") }
    }
    guard unsafe ferror(file) == 0 else { throw Failure(path: path, reason: "cannot be read") }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Failure(path: path, reason: "not UTF-8") }
    return text
  }
}
