import Glibc
import Properties
import Testing

/// What `scripts/fuzz` found once holds: each file of `FuzzTesting/FailCases/` is read as the search read it.
@Suite struct FailCasesTests {
  @Test(arguments: try FailCases.files(of: "Documents"))
  func documentHolds(_ path: String) throws {
    #expect(DocumentProperty.failure(try FailCases.bytes(of: path)) == nil)
  }

  @Test(arguments: try FailCases.files(of: "Variables"))
  func variablesHold(_ path: String) throws {
    #expect(VariablesProperty.failure(try FailCases.bytes(of: path)) == nil)
  }
}

private enum FailCases {
  struct Unreadable: Error {
    let path: String
  }

  /// The paths of the cases of one kind, by name.
  static func files(of kind: String) throws -> [String] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let folder = "/\(root)/FuzzTesting/FailCases/\(kind)"
    guard let handle = opendir(folder) else { throw Unreadable(path: folder) }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    guard !names.isEmpty else { throw Unreadable(path: folder) }
    return names.sorted().map { "\(folder)/\($0)" }
  }

  static func bytes(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw Unreadable(path: path) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
  }
}
