import Foundation

/// A file of the repository that is generated from code and compared with it.
struct DocumentationPage {
  private let url: URL

  init(named path: String, from file: String = #filePath) throws {
    let root = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    url = root.appendingPathComponent(path)
  }

  func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }

  func rewriteWhenAsked(_ text: String) throws {
    guard ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" else { return }
    try text.write(to: url, atomically: true, encoding: .utf8)
  }
}
