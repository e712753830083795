import Database
import JSON
import Resolver
import Schema

/// What is measured: each call at many moments, so that no two windows are the same.
struct Measurements {
  struct Case {
    let name: String
    var isSlow = false
    /// Gets a moment of its own each time.
    let work: (Instant) async throws -> Int
  }

  let data: DemoSet
  private(set) var cases: [Case] = []
  /// The server's process that the reader's one connection talks to.
  private let process: Int64

  private var reader: ConnectionPool { data.reader }

  init(_ data: DemoSet) async throws {
    self.data = data
    let backend = try await data.reader.query(SQLQuery(SQLStatement("backend", "SELECT pg_backend_pid()")))
    process = backend.int(0, 0) ?? 0
    cases = try await makeCases()
  }

  func sample(_ index: Int, round: Int) async throws -> Sample {
    let moment = data.now.adding(seconds: -Int64(round) * 977)
    let (database, gateway, start) = (ProcessorTime.of(process), ProcessorTime.ofThisProcess, ContinuousClock.now)
    _ = try await cases[index].work(moment)
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Sample(
      wall: Double(seconds) * 1000 + Double(attoseconds) / 1e15,
      database: ProcessorTime.of(process) - database,
      gateway: ProcessorTime.ofThisProcess - gateway
    )
  }

  private func makeCases() async throws -> [Case] {
    let first = Self.list(limit: 50)
    var later = first
    later["after"] = .string(try await cursor(page: 200))
    let after = later
    let ids = try await ids()
    let asked = Self.metrics(["requests", "errorRate", "p95LatencyMs", "totalCostUsd"])
    var berlin = asked
    berlin["timeZone"] = .string("Europe/Berlin")
    let inBerlin = berlin
    let kpis = ["24h", "30d"].map { range in
      Case(name: "homeKpis \(range)") { try await body(HomeKpisResolver(), ["range": .string(range)], at: $0) }
    }
    let naive = Naive.statements.map { name, sql in
      Case(name: name, isSlow: true) { moment in
        let from = moment.adding(seconds: -30 * 86_400)
        let query = SQLQuery(
          SQLStatement(name, sql),
          [.text(data.workspace.text), .text(from.text), .text(moment.text)]
        )
        return try await reader.query(query).rowCount
      }
    }
    return kpis + [
      Case(name: "traces, first page of 30 d") { try await body(TracesResolver(), first, at: $0) },
      Case(name: "traces, page 200 by cursor") { _ in try await body(TracesResolver(), after, at: data.now) },
      Case(name: "trace") { moment in
        let id = ids[Int(moment.microseconds / 1_000_000 % Int64(ids.count))]
        return try await body(TraceResolver(), ["traceId": .string(id)], at: moment)
      },
      Case(name: "metrics, 30 d by day × model with p95") { try await body(MetricsResolver(), asked, at: $0) },
      Case(name: "the same by days of Berlin") { try await body(MetricsResolver(), inBerlin, at: $0) },
      Case(name: "explainChange, 7 d by agent × model") {
        try await body(ExplainChangeResolver(), ["range": .string("7d"), "top": .int(20)], at: $0)
      },
    ] + naive
  }

  // MARK: Calls

  static func list(limit: Int64) -> [String: InputValue] {
    ["range": .string("30d"), "limit": .int(limit), "page": .int(1)]
  }

  static func metrics(_ measures: [String]) -> [String: InputValue] {
    [
      "range": .string("30d"), "interval": .enumeration("day"), "timeZone": .string("UTC"),
      "groupBy": .list([.enumeration("model")]), "top": .int(10), "orderBy": .enumeration("requests"),
      "measures": .list(measures.map { .enumeration($0) }),
    ]
  }

  private func call(_ arguments: [String: InputValue], at moment: Instant) -> FieldCall {
    let names = arguments.keys.sorted()
    let values = ArgumentValues(names: names, values: names.map { arguments[$0] })
    return FieldCall(arguments: values, workspaceID: data.workspace, now: moment)
  }

  /// Statements, transfer and the body's bytes, as on a miss of every cache.
  private func body(
    _ resolver: some RootFieldResolver,
    _ arguments: [String: InputValue],
    at moment: Instant
  ) async throws -> Int {
    try await json(resolver, arguments, at: moment).count
  }

  private func json(
    _ resolver: some RootFieldResolver,
    _ arguments: [String: InputValue],
    at moment: Instant
  ) async throws -> [UInt8] {
    let call = call(arguments, at: moment)
    var results: [SQLResult] = []
    for result in try await reader.pipeline(try resolver.queries(call)) { results.append(try result.get()) }
    var writer = JSONWriter(reserving: 65_536)
    try resolver.body(results, call, into: &writer)
    return writer.bytes
  }

  private func cursor(page: Int) async throws -> String {
    var arguments = Self.list(limit: 50)
    for _ in 1..<page {
      let body = try JSONDocument(parsing: try await json(TracesResolver(), arguments, at: data.now)).root
      guard let end = body["page_info"]?["end_cursor"]?.string, body["page_info"]?["has_next_page"]?.bool == true else {
        break
      }
      arguments["after"] = .string(end)
    }
    return arguments["after"]?.stringValue ?? ""
  }

  private func ids() async throws -> [String] {
    let query = SQLQuery(
      SQLStatement("ids", "SELECT trace_id FROM trace_locator WHERE workspace_id = $1::uuid LIMIT 1000"),
      [.text(data.workspace.text)]
    )
    let rows = try await reader.query(query)
    return (0..<rows.rowCount).compactMap { rows.string($0, 0) }
  }
}

/// What one would write without rollups, over 30 days.
enum Naive {
  static let statements = [
    (
      "30 d of KPIs by a scan of the traces",
      """
      SELECT count(*), avg(latency_ms), avg((status <> 'success')::integer), sum(cost_usd), avg(quality_score)
      FROM traces WHERE workspace_id = $1::uuid AND "timestamp" >= $2::timestamptz AND "timestamp" < $3::timestamptz
      """
    ),
    (
      "30 d by day × model with percentile_cont",
      """
      SELECT date_trunc('day', "timestamp", 'UTC'), model, count(*), avg((status <> 'success')::integer), sum(cost_usd),
        percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms)
      FROM traces WHERE workspace_id = $1::uuid AND "timestamp" >= $2::timestamptz AND "timestamp" < $3::timestamptz
      GROUP BY 1, 2
      """
    ),
  ]
}
