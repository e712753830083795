import Foundation
import TestSupport

/// The executable, run to its end, with files that exist only meanwhile.
struct CommandUnderTest {
  private let binary: String
  private let folder: String

  init() throws {
    guard let binary = TestServers.binary else { throw TestFailure(TestServers.absence) }
    self.binary = binary
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("tracegate-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Writes a file; its path.
  func file(_ name: String, _ text: String) throws -> String {
    try file(name, bytes: Array(text.utf8))
  }

  func file(_ name: String, bytes: [UInt8]) throws -> String {
    let path = "\(folder)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  func run(_ arguments: String...) async throws -> Program.Outcome {
    try await run(arguments)
  }

  func run(_ arguments: [String]) async throws -> Program.Outcome {
    try await Program(binary, arguments).outcome()
  }

  /// With a file as standard input.
  func run(_ arguments: String..., input: String) async throws -> Program.Outcome {
    let path = try file("input", input)
    return try await Program("sh", ["-c", #"exec "$0" "$@" <"\#(path)""#, binary] + arguments).outcome()
  }
}
