import Schema

/// Reads one parameter of a row and checks that its parts agree.
struct RouteParameterReader {
  let value: YAMLValue

  func read() throws(RouteTableError) -> RouteParameter {
    let fields = try value.mapping(allowing: [
      "name", "in", "type", "required", "repeatable", "default", "minimum", "maximum", "enum", "refuse", "summary",
    ])
    let location: RouteParameter.Location = try fields.choice("in") ?? .query
    var parameter = RouteParameter(
      name: try fields.required("name").string(),
      location: location,
      type: try fields.choice("type", orFail: "a parameter needs a type"),
      isRequired: try fields.optional("required")?.boolean() ?? (location == .path),
      isRepeatable: try fields.optional("repeatable")?.boolean() ?? false,
      minimum: try fields.optional("minimum")?.integer(),
      maximum: try fields.optional("maximum")?.integer(),
      allowed: try fields.optional("enum")?.strings(),
      refusal: try fields.optional("refuse").map { value throws(RouteTableError) in try Self.refusal(value) },
      summary: try fields.optional("summary")?.string() ?? "",
      line: value.line
    )
    try checkConstraints(of: parameter, fields)
    if let given = fields.optional("default") {
      parameter.defaultValue = try defaultValue(given, for: parameter)
    }
    return parameter
  }

  static func refusal(_ value: YAMLValue) throws(RouteTableError) -> RouteRefusal {
    let fields = try value.mapping(allowing: ["status", "detail"])
    let status = try fields.required("status")
    let code = try status.integer()
    guard (400...499).contains(code) else { throw status.error("a status of refusal is from 400 to 499") }
    return RouteRefusal(status: Int(code), detail: try fields.required("detail").string())
  }

  private func checkConstraints(of parameter: RouteParameter, _ fields: YAMLMapping) throws(RouteTableError) {
    if parameter.type != .integer, let bound = fields.optional("minimum") ?? fields.optional("maximum") {
      throw bound.error("only integers have a minimum and a maximum")
    }
    if let minimum = parameter.minimum, let maximum = parameter.maximum, minimum > maximum {
      throw value.error("the minimum \(minimum) is greater than the maximum \(maximum)")
    }
    if let values = fields.optional("enum") {
      guard parameter.type == .string else { throw values.error("only strings have an enum") }
      guard parameter.allowed?.isEmpty == false else { throw values.error("the enum is empty") }
    }
    if let refuse = fields.optional("refuse"), parameter.allowed == nil {
      throw refuse.error("\"refuse\" answers values outside an enum, and there is none")
    }
    if parameter.location == .path, !parameter.isRequired || fields.optional("default") != nil {
      throw value.error("a path parameter is always there: it cannot be optional or have a default")
    }
    if parameter.isRepeatable {
      if parameter.location == .path { throw value.error("a path parameter is there once: it cannot be repeatable") }
      if let given = fields.optional("default") { throw given.error("a repeatable parameter has no default") }
    }
    if parameter.isRequired, let given = fields.optional("default") {
      throw given.error("a required parameter has no use for a default")
    }
  }

  private func defaultValue(_ given: YAMLValue, for parameter: RouteParameter) throws(RouteTableError) -> InputValue {
    let text = try given.string()
    do {
      return try ParameterDecoder.value(of: text, for: parameter)
    } catch {
      throw given.error("the default \"\(text)\" does not fit: \(error.complaint)")
    }
  }
}
