import Cache
import Database
import Resolver

extension PrometheusText {
  mutating func write(redis clients: [(name: String, statistics: RedisStatistics)]) {
    let counters: [(name: StaticString, help: String, value: (RedisStatistics) -> Int)] = [
      ("tracegate_redis_round_trips_total", "Calls that Redis answered.", \.roundTrips),
      ("tracegate_redis_commands_total", "Commands in them.", \.commands),
      ("tracegate_redis_redirections_total", "Rounds sent again because a cluster said so.", \.redirections),
      ("tracegate_redis_timeouts_total", "Calls without an answer by their deadline.", \.timeouts),
      ("tracegate_redis_refusals_total", "Calls refused at once: Redis was away, or too many waited.", \.refusals),
      ("tracegate_redis_lost_calls_total", "Calls lost with their connection.", \.lostCalls),
      ("tracegate_redis_connects_total", "Connections made.", \.connects),
      (
        "tracegate_redis_connection_failures_total", "Connections that broke or could not be made.",
        \.connectionFailures
      ),
      ("tracegate_redis_sent_bytes_total", "Bytes sent.", \.bytesSent),
      ("tracegate_redis_received_bytes_total", "Bytes received.", \.bytesReceived),
    ]
    for counter in counters {
      metric(
        counter.name,
        .counter,
        counter.help,
        clients.map { Sample(counter.value($0.statistics), ("client", $0.name)) }
      )
    }
  }

  mutating func write(plans: PlanStatistics) {
    metric("tracegate_plan_hits_total", .counter, "Requests whose document was compiled already.", plans.hits)
    metric("tracegate_plan_misses_total", .counter, "Requests whose document was not.", plans.misses)
    metric("tracegate_plan_compilations_total", .counter, "Documents parsed and validated.", plans.compilations)
    metric("tracegate_plan_plannings_total", .counter, "Plans made.", plans.plannings)
    metric("tracegate_plan_evictions_total", .counter, "Documents thrown out for others.", plans.evictions)
    metric("tracegate_plan_documents", .gauge, "Documents in the plan cache.", plans.documents)
    metric("tracegate_plan_bytes", .gauge, "What they occupy, roughly.", plans.bytes)
  }

  mutating func write(scans: ScanStatistics) {
    metric(
      "tracegate_scans",
      .gauge,
      "Requests that may keep the database busy, under way and waiting for their turn.",
      [Sample(scans.running, ("state", "running")), Sample(scans.waiting, ("state", "waiting"))]
    )
  }

  mutating func write(pools: [(name: String, statistics: DatabaseStatistics)]) {
    metric(
      "tracegate_database_connections",
      .gauge,
      "Connections of a pool by what they do.",
      pools.flatMap { name, pool in
        [
          Sample(pool.inUse, ("pool", name), ("state", "in_use")), Sample(pool.idle, ("pool", name), ("state", "idle")),
          Sample(pool.connecting, ("pool", name), ("state", "connecting")),
        ]
      }
    )
    let gauges = pools.map { Sample($0.statistics.waiting, ("pool", $0.name)) }
    metric("tracegate_database_waiting", .gauge, "Callers waiting for a connection.", gauges)
    let counters: [(name: StaticString, help: String, value: (DatabaseStatistics) -> Int)] = [
      ("tracegate_database_queries_total", "Statements sent.", \.queries),
      ("tracegate_database_round_trips_total", "Exchanges with the server; a pipeline is one.", \.roundTrips),
      ("tracegate_database_connects_total", "Connections made.", \.connectionsOpened),
      ("tracegate_database_connection_failures_total", "Connections that could not be made.", \.connectionFailures),
    ]
    for counter in counters {
      metric(
        counter.name,
        .counter,
        counter.help,
        pools.map { Sample(counter.value($0.statistics), ("pool", $0.name)) }
      )
    }
  }
}
