import Foundation
import TestSupport
import Testing

@testable import Ingest

@Suite struct LineSourceTests {
  private static func scratchFile(_ bytes: some Sequence<UInt8>) throws -> String {
    let path = NSTemporaryDirectory() + "tracegate-lines-\(UInt64.random(in: .min ... .max))"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private static func withFile<R>(_ bytes: some Sequence<UInt8>, _ body: (String) async throws -> R) async throws -> R {
    let path = try scratchFile(bytes)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  private static func gzip(_ text: String) async throws -> [UInt8] {
    try await withFile(text.utf8) { path in
      try await Program.run("gzip", ["-kn", path])
      defer { try? FileManager.default.removeItem(atPath: path + ".gz") }
      return Array(try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
    }
  }

  private func texts(_ source: LineSource) async throws -> [String] {
    var texts: [String] = []
    while let block = try await source.next() {
      #expect(block.firstLine == texts.count + 1)
      for case .text(let bytes) in block.lines { texts.append(String(decoding: bytes, as: UTF8.self)) }
    }
    return texts
  }

  private static let manyLines = (1...12_345).map { "line \($0) " + String(repeating: "x", count: $0 % 300) }

  @Test func readsPlainFilesInBlocks() async throws {
    let text = Self.manyLines.joined(separator: "\n")
    try await Self.withFile(text.utf8) { path in
      let source = try LineSource(path: path, lineLimit: 1000)
      #expect(source.size == text.utf8.count)
      let texts = try await texts(source)
      #expect(texts == Self.manyLines)
    }
  }

  @Test func knowsGzipByItsFirstBytes() async throws {
    let packed = try await Self.gzip(Self.manyLines.joined(separator: "\n") + "\n")
    try await Self.withFile(packed) { path in
      let texts = try await texts(LineSource(path: path, lineLimit: 1000))
      #expect(texts == Self.manyLines)
    }
  }

  @Test func readsConcatenatedGzipMembersAsOne() async throws {
    let packed = try await Self.gzip("one\ntw") + Self.gzip("") + Self.gzip("o\nthree\n")
    try await Self.withFile(packed) { path in
      let texts = try await texts(LineSource(path: path, lineLimit: 1000))
      #expect(texts == ["one", "two", "three"])
    }
  }

  @Test func inflatesInBoundedPieces() async throws {
    // 64 MiB of zeros in one line: more than a thousand times its packed size.
    let packed = try await Self.gzip(String(repeating: "0", count: 64 << 20) + "\nend\n")
    try await Self.withFile(packed) { path in
      let source = try LineSource(path: path, lineLimit: 1 << 20)
      let texts = try await texts(source)
      #expect(texts == ["end"])
    }
  }

  @Test func givesTheLinesBeforeADamage() async throws {
    let lines = (1...50_000).map { "line \($0) \($0 &* 2_654_435_761)" }
    let packed = try await Self.gzip(lines.joined(separator: "\n"))
    try await Self.withFile(packed.dropLast(1000)) { path in
      let source = try LineSource(path: path, lineLimit: 1000)
      var count = 0
      let error = try await #require(throws: LoadError.self) {
        while let block = try await source.next() { count += block.lines.count }
      }
      #expect(error == .truncated)
      #expect(error.description == "the compressed data ends too early")
      #expect(count > 40_000 && count < 50_000)
    }
  }

  @Test func saysThatGzipDataIsDamaged() async throws {
    var packed = try await Self.gzip(Self.manyLines.joined(separator: "\n"))
    // Behind a header without a name: the first block, of a type that does not exist (RFC 1951 section 3.2.3).
    packed[10] = 0xFF
    try await Self.withFile(packed) { path in
      let source = try LineSource(path: path, lineLimit: 1000)
      let error = try await #require(throws: LoadError.self) { while try await source.next() != nil {} }
      #expect(error.description == "the compressed data is damaged: invalid block type")
    }
  }

  @Test func readsPipesHoweverFewBytesComeAtATime() async throws {
    let packed = try await Self.gzip("one\ntwo\n")
    let path = NSTemporaryDirectory() + "tracegate-pipe-\(UInt64.random(in: .min ... .max))"
    try await Program.run("mkfifo", [path])
    defer { try? FileManager.default.removeItem(atPath: path) }
    Thread.detachNewThread {
      guard let pipe = FileHandle(forWritingAtPath: path) else { return }
      for byte in packed { try? pipe.write(contentsOf: [byte]) }
      try? pipe.close()
    }
    let source = try LineSource(path: path, lineLimit: 100)
    #expect(source.size == nil)
    let texts = try await texts(source)
    #expect(texts == ["one", "two"])
  }

  @Test func anEmptyFileHasNoLines() async throws {
    try await Self.withFile([]) { path in
      let block = try await LineSource(path: path, lineLimit: 10).next()
      #expect(block?.lines == nil)
    }
  }

  @Test func saysWhichFileCannotBeOpened() throws {
    let error = try #require(throws: LoadError.self) {
      try LineSource(path: "/nonexistent/traces.ndjson", lineLimit: 10)
    }
    #expect(error.description == "cannot open /nonexistent/traces.ndjson: No such file or directory")
  }

  @Test func saysThatADirectoryCannotBeRead() throws {
    let error = try #require(throws: LoadError.self) { try LineSource(path: "/tmp", lineLimit: 10) }
    #expect(error.description == "reading failed: Is a directory")
  }
}
