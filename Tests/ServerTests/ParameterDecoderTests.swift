import HTTPTypes
import Resolver
import Schema
import Testing

@testable import Server

@Suite struct ParameterDecoderTests {
  private static let workspace = "4f0d6f0e-2d4f-4c2c-8a86-b9f4ad30dc10"

  private func decode(_ query: String, path: [String: String] = ["id": "t-1"]) throws -> [String: InputValue] {
    let table = try RouteTableLoader().load(Self.table, file: "routes.yaml")
    let workspace = try #require(WorkspaceID(Self.workspace))
    return try ParameterDecoder.variables(
      of: table.routes[0],
      path: { path[$0] },
      query: try QueryString(query),
      for: Principal(workspaceID: workspace, userID: "u")
    )
  }

  private static let table = """
    routes:
      - path: /things/{id}
        operation: q
        body: thing
        parameters:
          - {name: id, in: path, type: string}
          - {name: limit, type: integer, default: 10, minimum: 1, maximum: 100}
          - {name: severity, type: string, enum: [info, warning, critical]}
          - {name: deep, type: boolean}
          - name: range
            type: string
            enum: [1h, 24h, custom]
            default: 24h
            refuse: {status: 400, detail: "Invalid time range: {value}"}
          - {name: start, type: string}
          - {name: end, type: string}
          - {name: by, type: string, enum: [agent, model], repeatable: true}
        variables:
          by: by
          id: id
          limit: limit
          severity: severity
          deep: deep
          range: {parameter: range, interval: {when: custom, start: start, end: end}}
    """

  @Test func fillsInDefaultsAndLeavesOutTheRest() throws {
    #expect(try decode("") == ["id": .string("t-1"), "limit": .int(10), "range": .string("24h")])
  }

  @Test func decodesEveryType() throws {
    let variables = try decode("limit=100&severity=critical&deep=true&range=1h&unknown=1")
    #expect(variables["limit"] == .int(100))
    #expect(variables["severity"] == .string("critical"))
    #expect(variables["deep"] == .boolean(true))
    #expect(variables["range"] == .string("1h"))
  }

  @Test func makesAListOfWhatMayBeRepeated() throws {
    #expect(try decode("by=model")["by"] == .list([.string("model")]))
    #expect(try decode("by=model&limit=3&by=agent")["by"] == .list([.string("model"), .string("agent")]))
    #expect(try decode("limit=3")["by"] == nil)
    let problem = #expect(throws: Problem.self) { try decode("by=model&by=status") }
    #expect(problem?.status == .unprocessableContent)
  }

  @Test func composesACustomRange() throws {
    let variables = try decode("range=custom&start=2025-10-01T00%3A00%3A00Z&end=2025-10-08T00:00:00Z")
    #expect(variables["range"] == .string("2025-10-01T00:00:00Z/2025-10-08T00:00:00Z"))
  }

  @Test(
    arguments: zip(
      ["range=yesterday", "range=", "range=custom", "range=custom&start=2025-10-01T00:00:00Z"],
      [
        "Invalid time range: yesterday", "Invalid time range: ",
        "Invalid time range: custom needs both start and end",
        "Invalid time range: custom needs both start and end",
      ]
    )
  )
  func refusesABadRangeWith400(query: String, detail: String) {
    let problem = #expect(throws: Problem.self) { try decode(query) }
    #expect(problem?.status == .badRequest)
    #expect(problem?.detail == .text(detail))
  }

  @Test func collectsEveryIssueInOne422() {
    let problem = #expect(throws: Problem.self) {
      try decode("limit=101&severity=loud&deep=perhaps&range=bad", path: [:])
    }
    #expect(problem?.status == .unprocessableContent)
    #expect(
      problem.map { String(decoding: ErrorMapping.detailBody(of: $0), as: UTF8.self) } == """
        {"detail":[{"type":"missing","loc":["path","id"],"msg":"Field required","input":null},\
        {"type":"less_than_equal","loc":["query","limit"],"msg":"Input should be less than or equal to 100",\
        "input":"101"},\
        {"type":"literal_error","loc":["query","severity"],"msg":"Input should be 'info', 'warning' or 'critical'",\
        "input":"loud"},\
        {"type":"bool_parsing","loc":["query","deep"],\
        "msg":"Input should be a valid boolean, unable to interpret input","input":"perhaps"}]}
        """
    )
  }

  @Test(
    arguments: zip(
      ["0", "-1", "1.5", "ten", "99999999999999999999", ""],
      ["greater_than_equal", "greater_than_equal", "int_parsing", "int_parsing", "int_parsing", "int_parsing"]
    )
  )
  func refusesALimitOutOfBounds(text: String, type: String) {
    let problem = #expect(throws: Problem.self) { try decode("limit=\(text)") }
    guard case .issues(let issues) = problem?.detail else { return }
    #expect(issues.map(\.type) == [type])
  }

  @Test func acceptsTheCallersOwnWorkspaceOnly() throws {
    _ = try decode("workspace_id=\(Self.workspace.uppercased())")
    for foreign in ["4f0d6f0e-2d4f-4c2c-8a86-b9f4ad30dc11", "all", ""] {
      let problem = #expect(throws: Problem.self) { try decode("workspace_id=\(foreign)") }
      #expect(problem?.status == .forbidden)
    }
  }

  @Test func takesTheLastOfRepeatedParameters() throws {
    #expect(try decode("limit=5&limit=7")["limit"] == .int(7))
  }
}

@Suite struct QueryStringTests {
  @Test func decodesFormsAndEscapes() throws {
    let query = try QueryString("a=1+2&b=%C3%A9&c&d=x=y&&=z")
    #expect(query["a"] == "1 2")
    #expect(query["b"] == "é")
    #expect(query["c"] == "")
    #expect(query["d"] == "x=y")
    #expect(query["e"] == nil)
  }

  @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%FF", "%C3=1"])
  func refusesWhatIsNoEscape(text: String) {
    #expect(throws: PercentEncoding.Failure.malformed) { try QueryString(text) }
  }

  @Test func refusesNULByItsName() {
    #expect(throws: PercentEncoding.Failure.nul) { try QueryString("a=%00") }
  }
}
