import Glibc

/// Reads the small text files that the server starts from, and those that the commands of the terminal look at.
public enum TextFile {
  /// What standard input is called in messages.
  public static let standardInputName = "<stdin>"

  public struct Failure: Error, CustomStringConvertible {
    let path: String
    let reason: String

    public var description: String { "\(path): \(reason)" }
  }

  /// The file's text. Blocking: for start-up only.
  /// - Throws: ``Failure`` with the path when it cannot be read, is no UTF-8, or is larger than 16 MiB.
  static func read(_ path: String) throws(Failure) -> String {
    guard let text = String(validating: try bytes(of: path), as: UTF8.self) else {
      throw Failure(path: path, reason: "not UTF-8")
    }
    return text
  }

  /// The file's bytes, for a reader that says itself where they are no UTF-8. Blocking.
  /// - Throws: ``Failure`` with the path when it cannot be read or is larger than 16 MiB.
  public static func bytes(of path: String) throws(Failure) -> [UInt8] {
    try unsafe bytes(of: fopen(path, "r"), path)
  }

  /// Names of the files of a folder that end in `suffix`, sorted. Blocking.
  /// - Throws: ``Failure`` with the path when the folder cannot be read.
  static func names(in folder: String, suffix: String) throws(Failure) -> [String] {
    guard let stream = unsafe opendir(folder) else {
      throw Failure(path: folder, reason: unsafe String(cString: strerror(errno)))
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(suffix), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// Standard input to its end. Blocking.
  /// - Throws: ``Failure`` when it cannot be read or is larger than 16 MiB.
  public static func standardInput() throws(Failure) -> [UInt8] {
    try unsafe bytes(of: fdopen(dup(STDIN_FILENO), "r"), standardInputName)
  }

  private static func bytes(of file: UnsafeMutablePointer<FILE>?, _ path: String) throws(Failure) -> [UInt8] {
    guard let file = unsafe file else { throw Failure(path: path, reason: unsafe String(cString: strerror(errno))) }
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
    return bytes
  }
}
