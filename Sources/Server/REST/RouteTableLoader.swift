import Schema

/// `routes.yaml` → ``RouteTable``. The first thing that is wrong ends it, with file and line.
struct RouteTableLoader {
  /// Paths that the server itself answers, which no row may take.
  let reserved: Set<String>

  init(reserved: Set<String> = []) {
    self.reserved = reserved
  }

  /// - Parameters:
  ///   - text: the YAML.
  ///   - file: what errors call it.
  func load(_ text: String, file: String) throws(RouteTableError) -> RouteTable {
    let root = try YAMLValue(parsing: text, file: file)
    let table = try root.mapping(allowing: ["routes"])
    let rows = try table.required("routes").sequence()
    var routes: [Route] = []
    for row in rows {
      let route = try RouteRowReader(row: row).read()
      try checkPath(of: route, against: routes, row)
      routes.append(route)
    }
    return RouteTable(routes: routes)
  }

  private func checkPath(of route: Route, against earlier: [Route], _ row: YAMLValue) throws(RouteTableError) {
    if let twin = earlier.first(where: { $0.method == route.method && $0.shape == route.shape }) {
      throw row.error("\(route.method.rawValue) \(route.path) is a duplicate of the row in line \(twin.line)")
    }
    if reserved.contains(route.path) {
      throw row.error("\(route.path) is answered by the server itself; choose another path")
    }
  }
}

/// Reads one row.
private struct RouteRowReader {
  let row: YAMLValue

  func read() throws(RouteTableError) -> Route {
    let fields = try row.mapping(allowing: [
      "method", "path", "summary", "parameters", "operation", "variables", "body", "keys", "on_null",
    ])
    let operation = try fields.required("operation")
    let path = try fields.required("path")
    let parameters = try self.parameters(fields)
    let variables = try self.variables(fields, parameters)
    let route = Route(
      method: try fields.choice("method") ?? .get,
      path: try path.string(),
      summary: try fields.optional("summary")?.string() ?? "",
      parameters: parameters,
      operation: try operation.string(),
      operationLine: operation.contentLine,
      variables: variables,
      body: try fields.required("body").string(),
      keys: try fields.choice("keys") ?? .snakeCase,
      onNull: try fields.optional("on_null").map { value throws(RouteTableError) in try refusal(value) },
      line: row.line
    )
    try checkPlaceholders(of: route, path)
    try checkUse(of: parameters, by: variables)
    return route
  }

  private func parameters(_ fields: YAMLMapping) throws(RouteTableError) -> [RouteParameter] {
    var parameters: [RouteParameter] = []
    for value in try fields.optional("parameters")?.sequence() ?? [] {
      let parameter = try RouteParameterReader(value: value).read()
      if parameter.name == ParameterDecoder.workspaceParameter {
        throw value.error("workspace_id is accepted by every route and need not be declared")
      }
      if parameters.contains(where: { $0.name == parameter.name }) {
        throw value.error("the parameter \"\(parameter.name)\" is declared twice")
      }
      parameters.append(parameter)
    }
    return parameters
  }

  private func variables(
    _ fields: YAMLMapping,
    _ parameters: [RouteParameter]
  ) throws(RouteTableError) -> [VariableMapping] {
    guard let mapping = try fields.optional("variables")?.mapping(allowing: nil) else { return [] }
    var variables: [VariableMapping] = []
    for (name, value) in mapping.entries {
      let variable = try self.variable(name, value)
      let used = [variable.parameter] + (variable.interval.map { [$0.start, $0.end] } ?? [])
      for name in used where !parameters.contains(where: { $0.name == name }) {
        throw value.error("there is no parameter \"\(name)\"")
      }
      variables.append(variable)
    }
    return variables
  }

  /// `variable: parameter`, or `variable: {parameter: p, interval: {when: custom, start: s, end: e}}`.
  private func variable(_ name: String, _ value: YAMLValue) throws(RouteTableError) -> VariableMapping {
    if value.isScalar {
      return VariableMapping(variable: name, parameter: try value.string(), line: value.line)
    }
    let fields = try value.mapping(allowing: ["parameter", "interval"])
    var mapping = VariableMapping(
      variable: name,
      parameter: try fields.required("parameter").string(),
      line: value.line
    )
    if let interval = try fields.optional("interval")?.mapping(allowing: ["when", "start", "end"]) {
      mapping.interval = VariableMapping.Interval(
        when: try interval.required("when").string(),
        start: try interval.required("start").string(),
        end: try interval.required("end").string()
      )
    }
    return mapping
  }

  private func refusal(_ value: YAMLValue) throws(RouteTableError) -> RouteRefusal {
    try RouteParameterReader.refusal(value)
  }

  /// The names in the path's braces are the path parameters, no more and no less.
  private func checkPlaceholders(of route: Route, _ path: YAMLValue) throws(RouteTableError) {
    guard route.path.hasPrefix("/") else { throw path.error("a path begins with \"/\"") }
    var placeholders: Set<String> = []
    for segment in route.path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      if segment.hasPrefix("{"), segment.hasSuffix("}"), segment.count > 2 {
        placeholders.insert(String(segment.dropFirst().dropLast()))
      } else if !segment.utf8.allSatisfy(Self.isPlain) || segment.isEmpty {
        throw path.error(
          "the segment \"\(segment)\" of the path is neither plain (letters, digits, \"-\", \"_\", \".\") nor {name}"
        )
      }
    }
    let declared = Set(route.parameters.filter { $0.location == .path }.map(\.name))
    if let missing = placeholders.subtracting(declared).sorted().first {
      throw path.error("the path has {\(missing)}, but there is no parameter \"\(missing)\" with \"in: path\"")
    }
    if let missing = declared.subtracting(placeholders).sorted().first {
      throw path.error("the parameter \"\(missing)\" is \"in: path\", but the path has no {\(missing)}")
    }
  }

  private func checkUse(
    of parameters: [RouteParameter],
    by variables: [VariableMapping]
  ) throws(RouteTableError) {
    var used: Set<String> = []
    for variable in variables {
      used.insert(variable.parameter)
      if let interval = variable.interval { used.formUnion([interval.start, interval.end]) }
    }
    if let idle = parameters.first(where: { !used.contains($0.name) }) {
      throw RouteTableError(
        file: row.file,
        line: idle.line,
        message: "no variable is mapped from the parameter \"\(idle.name)\""
      )
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
