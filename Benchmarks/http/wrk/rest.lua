-- The four GETs that make up the dashboard, one after the other on each connection.
local paths = {
  "/api/v1/metrics/home-kpis?range=24h",
  "/api/v1/alerts/recent?limit=10",
  "/api/v1/activity/stream?limit=50",
  "/api/v1/traces?range=24h&limit=50",
}
local headers = { Authorization = "Bearer " .. os.getenv("BENCHMARK_TOKEN") }
local turn = 0

function request()
  turn = turn % #paths + 1
  return wrk.format("GET", paths[turn], headers)
end

dofile(os.getenv("BENCHMARK_REPORT"))
