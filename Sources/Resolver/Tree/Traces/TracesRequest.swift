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

  /// When every trace of the window has to be looked at.
  enum Scan {
    case never
    case always
    /// When rollups do not tell all agents and models apart.
    case onOverflow
  }

  /// To count what rollups cannot, to sort, or to pass over a great many pages.
  /// - Parameter maximum: how many traces may be looked at.
  func scan(maximum: Int64) -> Scan {
    if !filter.isKnownToRollups || order.field != .time || page * limit > maximum { return .always }
    return filter.needsAllDimensions ? .onOverflow : .never
  }

  /// Of a trace that is looked at.
  var scanPrice: ScanPrice { .list(filter, order) }

  private static func filter(_ call: FieldCall) throws(GraphQLError) -> TraceFilter {
    var parts: [TraceFilter] = []
    if let agent = call.optionalText("agentId") { parts.append(.test(.agent, .compare(.equal, agent))) }
    if let status = call.optionalText("status") { parts.append(.test(.status, .compare(.equal, status))) }
    let filter = try TraceFilter(call.arguments["where"])
    if filter != .none { parts.append(filter) }
    return .all(parts)
  }
}
