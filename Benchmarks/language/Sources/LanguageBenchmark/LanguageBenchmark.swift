import CAllocations
import FoundationEssentials
import Schema

/// Measures this project's language: `LanguageBenchmark schema.graphql document.graphql…`.
///
/// Prints lines of `engine, what, document, figure`, separated by tabs; so do `reference.js` and `reference.py`.
@main
struct LanguageBenchmark {
  static func main() throws {
    let paths = CommandLine.arguments.dropFirst()
    guard let schemaPath = paths.first, paths.count > 1 else { throw Failure("usage: SCHEMA DOCUMENT…") }
    let schema = try SchemaBuilder.build(source(at: schemaPath))
    var cases: [Case] = []
    for path in paths.dropFirst() { cases += try Self.cases(source(at: path), name(of: path), schema) }
    for measured in cases { try measured.countAllocations() }
    for measured in cases { _ = try measured.run(for: .milliseconds(300)) }
    for measured in cases { try measured.measure() }
  }

  private static func cases(_ source: Source, _ name: String, _ schema: GraphQLSchema) throws -> [Case] {
    let parsed = try Parser.parse(source)
    let result = Validator.validate(parsed, against: schema)
    guard result.isValid else { throw Failure("\(name) is not valid: \(result.errors)") }
    return [
      Case(what: "lex", document: name) { LexingAlone.tokenCount(source) },
      Case(what: "parse", document: name) { try Parser.parse(source).selections.count },
      Case(what: "validate", document: name) {
        let result = Validator.validate(parsed, against: schema)
        return result.isValid ? 1 : 0
      },
      Case(what: "parse + validate", document: name) {
        let result = Validator.validate(try Parser.parse(source), against: schema)
        return result.isValid ? 1 : 0
      },
    ]
  }

  private static func source(at path: String) throws -> Source {
    Source(bytes: Array(try Data(contentsOf: URL(filePath: path))), name: path)
  }

  private static func name(of path: String) -> String {
    URL(filePath: path).deletingPathExtension().lastPathComponent
  }
}

/// One piece of work, repeated. It returns a number other than 0, so that the compiler cannot leave it out.
private struct Case {
  let what: String
  let document: String
  let work: () throws -> Int

  /// Repeats for about this long; how often.
  func run(for duration: Duration) throws -> Int {
    let end = ContinuousClock.now + duration
    var count = 0
    repeat {
      try repeated(16)
      count += 16
    } while ContinuousClock.now < end
    return count
  }

  /// Prints the mean time of each of ten batches of about 50 ms.
  func measure() throws {
    let count = try run(for: .milliseconds(50))
    for _ in 0..<10 {
      let time = try ContinuousClock().measure { try repeated(count) }
      let microseconds = time / Duration.microseconds(count)
      print("tracegate", what, document, microseconds, separator: "\t")
    }
  }

  /// Of the second time, when whatever is made only once has been made.
  func countAllocations() throws {
    try repeated(1)
    let before = allocation_count()
    try repeated(1)
    let count = allocation_count() - before
    guard count > 0 else { throw Failure("allocations are not counted on this system") }
    print("tracegate", "allocations: \(what)", document, count, separator: "\t")
  }

  private func repeated(_ count: Int) throws {
    for _ in 0..<count where try work() == 0 { throw Failure("\(what) failed for \(document)") }
  }
}

private struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
