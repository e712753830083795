-- As graphql.lua, but no request is like another: each has an id of its own.
dofile((debug.getinfo(1, "S").source:sub(2):gsub("[^/]*$", "")) .. "graphql.lua")

local number = 0

function request()
  number = number + 1
  wrk.headers["X-Request-ID"] = "request-" .. number
  return wrk.format()
end
