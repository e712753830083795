import Database
import Glibc
import Ingest
import Logging
import Resolver

/// Fills a database with demo data and measures what the gateway asks of it, without any cache, beside what one would write
/// without rollups. Arguments: `--traces N`, `--rounds N`. The database is the one that TIMESCALE_URL names.
@main
struct StorageBenchmark {
  static let days = 60

  static func main() async throws {
    let traces = argument("--traces") ?? 1_000_000
    let rounds = argument("--rounds") ?? 40
    guard let url = unsafe getenv("TIMESCALE_URL").map({ unsafe String(cString: $0) }) else {
      print("TIMESCALE_URL is not set")
      exit(2)
    }
    let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    let writer = ConnectionPool(
      configuration: PoolConfiguration(url: url, name: "writer", minimum: 0, maximum: 4, statementTimeout: nil),
      logger: logger
    )
    // As the gateway reads.
    let reader = ConnectionPool(
      configuration: PoolConfiguration(
        url: url,
        name: "reader",
        minimum: 0,
        maximum: 1,
        statementTimeout: .seconds(600),
        readOnly: true
      ),
      logger: logger
    )
    defer {
      writer.shutDown()
      reader.shutDown()
    }
    _ = try await Migrator(logger: logger).migrate(writer, Migration.telemetry)
    let data = try await DemoSet.write(traces, days: days, into: writer)
    print(
      "\(data.written) traces over \(days) days written in \(data.seconds) s; \(data.bytesPerTrace) bytes a trace on disk:"
    )
    for (name, bytes) in data.tables { print("  \(name): \(bytes)") }
    try await Measurements(reader: reader, workspace: data.workspace, now: data.now, rounds: rounds).print()
  }

  private static func argument(_ name: String) -> Int? {
    let arguments = CommandLine.arguments
    guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
    return Int(arguments[index + 1])
  }
}
