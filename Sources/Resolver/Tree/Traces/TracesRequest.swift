import Schema

/// The arguments of `Query.traces`, checked.
struct TracesRequest {
  let window: TimeWindow
  let filter: TraceFilter
  let order: TraceOrder
  let limit: Int64
  /// From 1; 1 when the list goes on after a cursor.
  let page: Int64
  let after: TraceCursor?

  init(_ call: FieldCall) throws(GraphQLError) {
    window = try call.timeRange().window(at: call.now)
    order = TraceOrder(call.arguments["orderBy"])
    let limit = try call.integer("limit")
    self.limit = call.arguments["first"]?.intValue ?? limit
    page = try call.integer("page")
    let order = order
    after = try call.optionalText("after").map { (text) throws(GraphQLError) in
      try TraceCursor(parsing: text, order: order)
    }
    if after != nil, page != 1 {
      throw GraphQLError("Give either page or after: a list goes on from one place only.", code: .badUserInput)
    }
    filter = try Self.filter(call)
  }

  /// When traces have to be looked at one by one, and how many of them.
  enum Scan {
    case never
    /// All of the window: to count what rollups cannot, to sort, or where a condition has very many tests.
    case all
    /// Those before the end of the page.
    case untilPage
    /// All, when rollups do not tell all agents and models apart.
    case allOnOverflow
  }

  /// Pages beyond so many traces are deep.
  private static let deep: Int64 = 10_000
  /// Nanoseconds of tests of a trace that are many.
  private static let manyTests: Int64 = 500

  var scan: Scan {
    if !filter.isKnownToRollups || order.field != .time || scanPrice.tests > Self.manyTests { return .all }
    if isDeep { return .untilPage }
    return filter.needsAllDimensions ? .allOnOverflow : .never
  }

  var isDeep: Bool { page > 1 && page * limit > Self.deep }

  /// Of a trace that is looked at.
  var scanPrice: ScanPrice { .list(filter, order, isDeep: isDeep) }

  private static func filter(_ call: FieldCall) throws(GraphQLError) -> TraceFilter {
    var parts: [TraceFilter] = []
    if let agent = call.optionalText("agentId") { parts.append(.test(.agent, .compare(.equal, agent))) }
    if let status = call.optionalText("status") { parts.append(.test(.status, .compare(.equal, status))) }
    let filter = try TraceFilter(call.arguments["where"])
    if filter != .none { parts.append(filter) }
    return .all(parts)
  }
}
