import Cache
import FoundationEssentials
import JSON
import Logging
import Resolver
import Schema

/// Measures the warm path inside the engine: `EngineBenchmark schema.graphql dashboard.graphql [ROUNDS]`.
///
/// Each case runs in turn in every round, so whatever else the machine does falls on all; medians are printed.
@main
struct EngineBenchmark {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else { throw Failure("usage: SCHEMA DOCUMENT [ROUNDS]") }
    let rounds = arguments.count > 3 ? Int(arguments[3]) ?? 9 : 9
    let document = Array(try Data(contentsOf: URL(filePath: arguments[2])))
    let binding = try SchemaBinding.tracegate(
      Source(bytes: Array(try Data(contentsOf: URL(filePath: arguments[1]))), name: "schema.graphql")
    )
    let cases = try await cases(binding, document)
    var figures = cases.map { _ in [Double]() }
    for _ in 0..<rounds {
      for (index, measured) in cases.enumerated() { figures[index].append(try measured.microseconds()) }
    }
    for (measured, figures) in zip(cases, figures) {
      let sorted = figures.sorted()
      print(measured.name, Self.rounded(sorted[sorted.count / 2]), Self.rounded(sorted[0]), separator: "\t")
    }
  }

  private static func cases(_ binding: SchemaBinding, _ document: [UInt8]) async throws -> [Case] {
    let bodies = DashboardBodies.all
    let stages = try await EngineStages(binding: binding, document: document, bodies: bodies)
    let request = GraphQLRequest(document: document)
    let principal = Principal(workspaceID: .none, userID: "benchmark")
    let engine = QueryEngine(
      binding: binding,
      sources: nil,
      memory: try AllInMemory(bodies),
      logger: Logger(label: "benchmark")
    )
    _ = await engine.execute(request, for: principal)
    guard let answer = engine.executeImmediately(request, for: principal) else { throw Failure("no answer") }
    guard answer.errors.isEmpty else { throw Failure("wrong bodies: \(answer.errors[0])") }
    let sizes = bodies.map { "\($0.count)" }.joined(separator: " + ")
    print("answer: \(answer.body.count) bytes, out of bodies of \(sizes) bytes")
    return [
      Case(name: "plan lookup") { stages.lookUpPlan() },
      Case(name: "arguments and keys") { stages.makeCalls() },
      Case(name: "parse 4 bodies") { stages.parseBodies() },
      Case(name: "write the answer") { stages.write() },
      Case(name: "executeImmediately, rendered before") {
        engine.executeImmediately(request, for: principal)?.body.count ?? 0
      },
    ]
  }

  private static func rounded(_ value: Double) -> String {
    "\((value * 100).rounded() / 100)"
  }
}

/// Every body under whatever key.
private struct AllInMemory: BodyMemory {
  private let bodies: [(prefix: String, body: KeptBody)]

  init(_ bodies: [[UInt8]]) throws {
    let prefixes = ["home_kpis:", "alerts:", "activity:", "traces:"]
    self.bodies = try zip(prefixes, bodies).map { prefix, body in
      (prefix, KeptBody(try JSONDocument(parsing: body)))
    }
  }

  func find(_ keys: [CacheKey], workspace: String) -> [(body: KeptBody, remaining: Duration)]? {
    let found = keys.compactMap { key in
      let text = key.description
      return bodies.first { text.hasPrefix($0.prefix) }.map { (body: $0.body, remaining: Duration.seconds(30)) }
    }
    return found.count == keys.count ? found : nil
  }
}

/// One piece of work, repeated. It returns a number other than 0, so that the compiler cannot leave it out.
private struct Case {
  let name: String
  let work: () -> Int

  /// The mean time of one repetition in about 50 ms.
  func microseconds() throws -> Double {
    var count = 0
    let start = ContinuousClock.now
    repeat {
      for _ in 0..<16 where work() == 0 { throw Failure("\(name) failed") }
      count += 16
    } while ContinuousClock.now - start < .milliseconds(50)
    return (ContinuousClock.now - start) / .microseconds(1) / Double(count)
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
