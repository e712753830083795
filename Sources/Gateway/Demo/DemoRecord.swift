import Foundation
import Ingest

/// Remembers in the data folder which demo data was begun, so that a load that was interrupted goes on with the same
/// data: equal configurations give equal data, and what is written already is skipped.
struct DemoRecord: Sendable {
  private let file: String

  init(_ folder: DataFolder) {
    file = folder.path + "/demo-data"
  }

  /// The end of the data of a load that was begun and not finished.
  var unfinishedEnd: TraceTimestamp? {
    let words = ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: " ")
    guard words.count == 2, words[0] == "begun" else { return nil }
    return TraceTimestamp(String(words[1]))
  }

  func begin(_ end: TraceTimestamp) throws { try write("begun \(end)") }

  func finish(_ end: TraceTimestamp) throws { try write("finished \(end)") }

  private func write(_ text: String) throws {
    do {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
    } catch {
      throw GatewayFailure("cannot write '\(file)': \(error.localizedDescription)")
    }
  }
}
