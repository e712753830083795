-- POSTs the body of the file that the environment names, and prints the figures as one line of JSON.
local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

wrk.method = "POST"
wrk.path = "/graphql"
wrk.body = read(os.getenv("BENCHMARK_BODY"))
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCHMARK_TOKEN")

dofile(os.getenv("BENCHMARK_REPORT"))
