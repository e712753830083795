import Glibc
import Properties
import Schema

/// `Hostile NAME gateway|lifted`: reads one hostile document as a request is read, on a thread with a stack of 512 KiB,
/// and prints what came of it, the processor's time and the most memory that the process had. Without arguments: the
/// names. `scripts/hostile` gives each a process of its own.
@main
struct Hostile {
  /// The parser's limits as the gateway has them, or those of an operator's documents: the rules see all of a large one.
  /// Only the gateway's must hold time and memory within bounds.
  private static let limits = ["gateway": ParserLimits(), "lifted": ParserLimits.trusted]
  private static let stackBytes = 512 << 10
  private static let maxMilliseconds = 100.0
  private static let maxMegabytes = 100.0

  static func main() {
    guard CommandLine.arguments.count == 3 else {
      for document in HostileDocument.all { print(document.name) }
      return
    }
    guard let hostile = HostileDocument.all.first(where: { $0.name == CommandLine.arguments[1] }),
      let limits = limits[CommandLine.arguments[2]]
    else { exit(64) }
    let source = Source(hostile.text())
    let schema = SmallSchema.schema
    onSmallStack {
      let start = threadMilliseconds()
      let outcome = read(source, schema, limits)
      let isWithin = report(hostile.name, outcome, milliseconds: threadMilliseconds() - start)
      exit(isWithin || limits != ParserLimits() ? 0 : 1)
    }
  }

  /// Parse, validate, measure, check: what happens before planning.
  private static func read(_ source: Source, _ schema: GraphQLSchema, _ limits: ParserLimits) -> String {
    do throws(GraphQLError) {
      let document = try Parser.parse(source, limits: limits)
      let result = Validator.validate(document, against: schema)
      if let first = result.errors.first {
        return "\(result.errors.count) errors, first by \(first.rule ?? first.code.rawValue)"
      }
      var measurement = QueryMeasurement(document, schema, result.binding)
      for operation in document.operations.indices {
        try QueryLimits().check(measurement.measure(operation: operation), at: SourceLocation(line: 1, column: 1))
      }
      return "valid"
    } catch {
      return error.code.rawValue
    }
  }

  private static func report(_ name: String, _ outcome: String, milliseconds: Double) -> Bool {
    let megabytes = peakMegabytes()
    print(padded(name, 34), padded(tenths(milliseconds), -8), padded(tenths(megabytes), -8), "", outcome)
    return milliseconds <= maxMilliseconds && megabytes <= maxMegabytes
  }

  private static func onSmallStack(_ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setstacksize(&attributes, stackBytes)
    let context = unsafe Unmanaged.passRetained(Work(body)).toOpaque()
    var thread = pthread_t()
    let created = unsafe pthread_create(
      &thread,
      &attributes,
      { context in
        if let context = unsafe context { unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      },
      context
    )
    guard created == 0 else { exit(71) }
    pthread_join(thread, nil)
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// The processor's time of this thread, which other processes of the machine do not lengthen.
  private static func threadMilliseconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }

  private static func peakMegabytes() -> Double {
    var usage = rusage()
    unsafe getrusage(.init(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }

  private static func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  /// To the right of `width` columns, or to the left of as many when it is negative.
  private static func padded(_ text: String, _ width: Int) -> String {
    let blanks = String(repeating: " ", count: max(0, abs(width) - text.utf8.count))
    return width < 0 ? blanks + text : text + blanks
  }
}
