import Schema
import Testing

@testable import Server

@Suite struct RouteTableTests {
  private func load(_ text: String, reserved: Set<String> = []) throws -> RouteTable {
    try RouteTableLoader(reserved: reserved).load(text, file: "routes.yaml")
  }

  @Test func readsARow() throws {
    let table = try load(
      """
      routes:
        - path: /things/{id}
          summary: A thing.
          parameters:
            - {name: id, in: path, type: string}
            - {name: limit, type: integer, default: 10, minimum: 1, maximum: 100}
          operation: |
            query Thing($id: ID!, $limit: Int!) { thing(id: $id, limit: $limit) { id } }
          variables: {id: id, limit: limit}
          body: thing
          on_null: {status: 404, detail: Thing not found}
      """
    )
    let route = try #require(table.routes.first)
    #expect(route.path == "/things/{id}")
    #expect(route.line == 2)
    #expect(route.operationLine == 8)
    #expect(route.parameters[0].isRequired)
    #expect(route.parameters[1].defaultValue == .int(10))
    #expect(route.keys == .snakeCase)
    #expect(route.onNull == RouteRefusal(status: 404, detail: "Thing not found"))
  }

  /// A row that is right, but for one line in `parameters` or after them.
  private static func row(parameters: String = "", rest: String = "", path: String = "/a") -> String {
    """
    routes:
      - path: \(path)
        operation: query { a }
        body: a
        parameters: [\(parameters)]
        \(rest)
    """
  }

  @Test(
    arguments: zip(
      [
        "routes:\n  - pth: /a",
        "routes:\n  - path: /a\n    operation: q",
        "rows: []",
        "routes: {}",
        "routes: [\n  - a",
        "",
        row(rest: "body: b"),
        row(path: "a"),
        row(path: "/a/{id}"),
        row(path: "/a b"),
        row(parameters: "{name: x, type: float}"),
        row(parameters: "{name: x}"),
        row(parameters: "{name: x, type: integer, minimum: 5, maximum: 1}"),
        row(parameters: "{name: x, type: integer, default: 200, maximum: 100}"),
        row(parameters: "{name: x, type: integer, default: many}"),
        row(parameters: "{name: x, type: string, enum: [a, b], default: c}"),
        row(parameters: "{name: x, type: string, minimum: 1}"),
        row(parameters: "{name: x, type: string, refuse: {status: 400, detail: no}}"),
        row(parameters: "{name: x, type: string, in: header}"),
        row(parameters: "{name: x, type: string, repeatable: true, default: a}"),
        row(parameters: "{name: x, type: string, repeatable: true, in: path}"),
        row(parameters: "{name: x, type: string}"),
        row(parameters: "{name: x, type: string}, {name: x, type: string}"),
        row(parameters: "{name: workspace_id, type: string}"),
        row(parameters: "{name: id, type: string, in: path}"),
        row(rest: "variables: {v: y}"),
        row(rest: "on_null: {status: 200, detail: x}"),
        row(rest: "keys: PascalCase"),
        row(rest: "method: POST"),
      ],
      [
        "2: unknown field \"pth\"; known are method, path, summary, parameters, operation, variables, body, keys, on_null",
        "2: the field \"body\" is missing",
        "1: unknown field \"rows\"; known are routes",
        "1: expected a list",
        "2: not YAML: did not find expected node content",
        "1: the file is empty",
        "4: a field stands there twice: body",
        "2: a path begins with \"/\"",
        "2: the path has {id}, but there is no parameter \"id\" with \"in: path\"",
        "2: the segment \"a b\" of the path is neither plain (letters, digits, \"-\", \"_\", \".\") nor {name}",
        "5: unknown type \"float\"; known are string, integer, boolean",
        "5: a parameter needs a type",
        "5: the minimum 5 is greater than the maximum 1",
        "5: the default \"200\" does not fit: Input should be less than or equal to 100",
        "5: the default \"many\" does not fit: Input should be a valid integer, unable to parse string as an integer",
        "5: the default \"c\" does not fit: Input should be 'a' or 'b'",
        "5: only integers have a minimum and a maximum",
        "5: \"refuse\" answers values outside an enum, and there is none",
        "5: unknown in \"header\"; known are query, path",
        "5: a repeatable parameter has no default",
        "5: a path parameter is there once: it cannot be repeatable",
        "5: no variable is mapped from the parameter \"x\"",
        "5: the parameter \"x\" is declared twice",
        "5: workspace_id is accepted by every route and need not be declared",
        "2: the parameter \"id\" is \"in: path\", but the path has no {id}",
        "6: there is no parameter \"y\"",
        "6: a status of refusal is from 400 to 499",
        "6: unknown keys \"PascalCase\"; known are snake_case, camelCase",
        "6: unknown method \"POST\"; known are GET",
      ]
    )
  )
  func refusesAWrongTableWithItsLine(yaml: String, message: String) {
    let error = #expect(throws: RouteTableError.self) { try load(yaml) }
    #expect(error?.description == "routes.yaml:\(message)")
  }

  @Test func refusesASecondRowOfTheSameShape() {
    let text = """
      routes:
        - {path: "/a/{x}", operation: q, body: a, parameters: [{name: x, in: path, type: string}], variables: {v: x}}
        - {path: "/a/{y}", operation: q, body: a, parameters: [{name: y, in: path, type: string}], variables: {v: y}}
      """
    let error = #expect(throws: RouteTableError.self) { try load(text) }
    #expect(error?.description == "routes.yaml:3: GET /a/{y} is a duplicate of the row in line 2")
  }

  @Test func refusesAPathOfTheServersOwn() {
    let error = #expect(throws: RouteTableError.self) {
      try load("routes:\n  - {path: /health, operation: q, body: a}", reserved: ["/health"])
    }
    #expect(error?.description == "routes.yaml:2: /health is answered by the server itself; choose another path")
  }

  @Test(
    arguments: zip(
      [
        [BoundRoute.OperationVariable(name: "other", isRequired: false)],
        [.init(name: "v", isRequired: false), .init(name: "w", isRequired: false)],
        [.init(name: "v", isRequired: true)],
      ],
      [
        "routes.yaml:6: the operation has no variable $v",
        "routes.yaml:2: the variable $w of the operation is not mapped",
        "routes.yaml:5: the variable $v must have a value, so the parameter \"x\" has to be required or have a default",
      ]
    )
  )
  func refusesVariablesThatDoNotFitTheOperation(variables: [BoundRoute.OperationVariable], message: String) throws {
    let table = try load(Self.row(parameters: "{name: x, type: string}", rest: "variables: {v: x}"))
    let error = #expect(throws: RouteTableError.self) {
      try BoundRoute.check(table.routes[0], against: variables, file: "routes.yaml")
    }
    #expect(error?.description == message)
  }

  @Test(
    arguments: zip(
      ["query { b }", "query { a b }", "query { ...f } fragment f on Query { a }", "query { a: b }", "query { "],
      [
        #"routes.yaml:2: the operation must select the root field "a" that is the body, and no other; it selects "b""#,
        #"routes.yaml:2: the operation must select the root field "a" that is the body, and no other; it selects "#
          + #""a", "b""#,
        #"routes.yaml:2: the operation must select the root field "a" that is the body, and no other; it selects "…""#,
        nil,
        "routes.yaml:3: the operation is not GraphQL",
      ]
    )
  )
  func refusesABodyThatTheOperationDoesNotSelect(operation: String, message: String?) throws {
    var route = try #require(try load(Self.row()).routes.first)
    route.operation = operation
    var error: RouteTableError?
    do {
      try BoundRoute.checkBody(of: route, file: "routes.yaml")
    } catch let failure {
      error = failure
    }
    #expect(error?.description == message)
  }
}
