import Glibc
import Logging

/// Measures what the gateway asks of a database with demo data, without any cache, beside what one would write without rollups.
/// Each number of traces has a database of its own on the server that TIMESCALE_URL names.
@main
struct StorageBenchmark {
  static let days = 60

  static func main() async throws {
    let options = Options(CommandLine.arguments.dropFirst())
    guard let url = unsafe getenv("TIMESCALE_URL").map({ unsafe String(cString: $0) }) else {
      print("TIMESCALE_URL is not set")
      exit(2)
    }
    let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    var sets: [DemoSet] = []
    for traces in options.traces {
      let set = try await DemoSet.open(traces, days: days, server: url, logger: logger)
      set.printSizes()
      sets.append(set)
    }
    let measurements = try await sets.asyncMap { try await Measurements($0) }
    try await Comparison(measurements, rounds: options.rounds).print()
    for set in sets {
      set.close()
      if !options.keepsData { try await DemoSet.drop(set.count, server: url, logger: logger) }
    }
  }
}

struct Options {
  var traces = [1_000_000]
  var rounds = 40
  var keepsData = false

  init(_ arguments: some Sequence<String>) {
    var rest = Array(arguments)[...]
    while let name = rest.popFirst() {
      switch name {
      case "--keep": keepsData = true
      case "--traces":
        traces = (rest.popFirst() ?? "").split(separator: ",").compactMap { Int($0) }
      case "--rounds": rounds = rest.popFirst().flatMap { Int($0) } ?? 0
      default: Self.explain()
      }
    }
    if traces.isEmpty || rounds < 1 { Self.explain() }
  }

  private static func explain() -> Never {
    print("usage: Benchmarks/storage/run [--traces N[,N…]] [--rounds N] [--keep]")
    exit(2)
  }
}

extension Sequence {
  func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await transform(element)) }
    return values
  }
}
