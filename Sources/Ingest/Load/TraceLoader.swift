private import Database
private import JSON

/// Loads newline-delimited JSON, one trace input a line, plain or gzip.
public struct TraceLoader: Sendable {
  /// Bytes of the longest line that is read.
  public static let lineLimit = 16 * 1024 * 1024
  /// Blocks that may be decoded ahead of the one being written.
  private static let blocksAhead = 2

  private let writer: TraceWriter
  private let workspace: UUIDBytes
  private let prices: PriceTable

  public init(writer: TraceWriter, workspace: UUIDBytes, prices: PriceTable = .listPrices) {
    self.writer = writer
    self.workspace = workspace
    self.prices = prices
  }

  /// Reads the file once, in bounded memory, and writes its traces in the order of lines.
  ///
  /// A line that is no acceptable trace is reported and the others are kept. Blank lines are skipped. Of several traces
  /// with one id the first counts. Loading the same file again changes nothing, so a load that was interrupted can be
  /// repeated.
  /// - Parameters:
  ///   - file: path; `-` is standard input. Gzip is known by its first bytes, not by its name.
  ///   - progress: called after each transaction.
  /// - Throws: ``LoadError`` when the file cannot be opened, ``DatabaseError`` when the database cannot be used. A file
  ///   that cannot be read to its end is reported in ``LoadReport/failure``.
  public func load(file: String, progress: @Sendable (LoadProgress) -> Void = { _ in }) async throws -> LoadReport {
    let source = try LineSource(path: file, lineLimit: Self.lineLimit)
    var report = LoadReport()
    try await withThrowingTaskGroup(of: DecodedBlock.self) { group in
      var decoded: [Int: DecodedBlock] = [:]
      var nextToWrite = 0
      var nextToRead = 0
      while true {
        while nextToRead - nextToWrite <= Self.blocksAhead, let block = await nextBlock(of: source, &report) {
          nextToRead += 1
          group.addTask { [prices] in DecodedBlock(block, prices: prices) }
        }
        guard nextToWrite < nextToRead else { break }
        while decoded[nextToWrite] == nil, let block = try await group.next() { decoded[block.sequence] = block }
        guard let block = decoded.removeValue(forKey: nextToWrite) else { break }
        nextToWrite += 1
        try await write(block, &report)
        progress(LoadProgress(bytesRead: block.bytesRead, totalBytes: source.size, report: report))
      }
    }
    return report
  }

  private func nextBlock(of source: LineSource, _ report: inout LoadReport) async -> LineSource.Block? {
    do {
      return try await source.next()
    } catch {
      report.failure = error
      return nil
    }
  }

  private func write(_ block: DecodedBlock, _ report: inout LoadReport) async throws {
    let written = try await writer.write(block.traces, workspace: workspace)
    report.lines += block.lineCount
    report.accepted += written.inserted.count
    report.duplicates += written.duplicates
    let refused = written.rejected.map { LoadReport.Rejection(line: block.lines[$0.index], reason: $0.reason) }
    report.reject((block.rejected + refused).sorted { $0.line < $1.line })
  }
}

/// A block's traces, and what is wrong with its other lines.
private struct DecodedBlock: Sendable {
  let sequence: Int
  let lineCount: Int
  let bytesRead: Int
  private(set) var traces: [TraceInput] = []
  /// For each trace its line.
  private(set) var lines: [Int] = []
  private(set) var rejected: [LoadReport.Rejection] = []

  init(_ block: LineSource.Block, prices: PriceTable) {
    sequence = block.sequence
    lineCount = block.lines.count
    bytesRead = block.bytesRead
    let decoder = TraceInputDecoder(prices: prices)
    traces.reserveCapacity(block.lines.count)
    for (offset, line) in block.lines.enumerated() {
      decode(line, number: block.firstLine + offset, decoder)
    }
  }

  private mutating func decode(_ line: LineSplitter.Line, number: Int, _ decoder: TraceInputDecoder) {
    guard case .text(let bytes) = line else {
      rejected.append(.init(line: number, reason: "is longer than \(TraceLoader.lineLimit >> 20) MiB"))
      return
    }
    if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
    do {
      traces.append(try decoder.decode(JSONDocument(parsing: bytes).root))
      lines.append(number)
    } catch let error as JSONError {
      rejected.append(.init(line: number, reason: "is not valid JSON: \(error.message) at column \(error.column)"))
    } catch {
      rejected.append(.init(line: number, reason: "\(error)"))
    }
  }
}
