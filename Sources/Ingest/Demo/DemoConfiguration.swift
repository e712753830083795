/// What demo data to make. Equal configurations give equal data, to the last digit.
public struct DemoConfiguration: Sendable, Hashable {
  /// How many traces, over all workspaces.
  public let traces: Int
  /// How many days before `end` they cover.
  public let days: Int
  public let seed: UInt64
  /// All traces are older than this instant, a whole second.
  public let end: TraceTimestamp
  /// The first gets most of the traffic.
  public let workspaces: [UUIDBytes]

  public static let maximumRows = 100_000_000
  public static let maximumDays = 365

  /// - Parameter workspaces: defaults to ``defaultWorkspaces(seed:)``.
  /// - Throws: ``DemoError`` that names what is out of bounds.
  public init(
    traces: Int = 100_000,
    days: Int = 30,
    seed: UInt64 = 1,
    end: TraceTimestamp = .now,
    workspaces: [UUIDBytes]? = nil
  ) throws(DemoError) {
    let workspaces = workspaces ?? Self.defaultWorkspaces(seed: seed)
    guard (1...Self.maximumRows).contains(traces) else {
      throw DemoError("traces is \(traces); expected 1 to \(Self.maximumRows)")
    }
    guard (1...Self.maximumDays).contains(days) else {
      throw DemoError("days is \(days); expected 1 to \(Self.maximumDays)")
    }
    guard (1...20).contains(workspaces.count), Set(workspaces).count == workspaces.count else {
      throw DemoError("there are \(workspaces.count) workspaces; expected 1 to 20 different ones")
    }
    self.traces = traces
    self.days = days
    self.seed = seed
    self.end = end.floored(toSeconds: 1)
    self.workspaces = workspaces
  }

  var start: TraceTimestamp { end.adding(seconds: -Int64(days) * TraceTimestamp.secondsPerDay) }

  /// Three workspaces, the same for each seed.
  public static func defaultWorkspaces(seed: UInt64) -> [UUIDBytes] {
    (0..<3).map { (number: UInt64) in
      var random = RandomSource(seed: seed, stream: 0x776F_726B, number)
      return UUIDBytes.custom(random.next(), random.next())
    }
  }
}

/// A configuration of the demo data that cannot be.
public struct DemoError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
