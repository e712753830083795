import HTTPTypes
import JSON
import Resolver
import Schema

/// A request's parameters → the variables of its operation. Everything that is wrong is reported at once.
enum ParameterDecoder {
  /// Accepted by every route for old clients; must name the caller's own workspace.
  static let workspaceParameter = "workspace_id"

  /// - Parameters:
  ///   - path: the decoded value of a path parameter.
  /// - Throws: 403 for a foreign `workspace_id`, 422 with every parameter that does not fit, or what the row says.
  static func variables(
    of route: Route,
    path: (String) -> String?,
    query: QueryString,
    for principal: Principal
  ) throws(Problem) -> [String: InputValue] {
    try checkWorkspace(query, principal)
    var values: [String: InputValue] = [:]
    var issues: [FieldIssue] = []
    var refused: Problem?
    for parameter in route.parameters {
      do throws(ParameterFailure) {
        if parameter.isRepeatable {
          values[parameter.name] = try list(query.values(of: parameter.name), of: parameter)
        } else {
          let text = parameter.location == .path ? path(parameter.name) : query[parameter.name]
          values[parameter.name] = try value(text, of: parameter)
        }
      } catch {
        if let problem = error.refusal(of: parameter) {
          refused = refused ?? problem
        } else {
          issues.append(error.issue(of: parameter))
        }
      }
    }
    guard issues.isEmpty else { throw ErrorMapping.invalid(issues) }
    if let refused { throw refused }
    return try map(values, by: route.variables)
  }

  /// The value of a text that was given.
  static func value(of text: String, for parameter: RouteParameter) throws(ParameterFailure) -> InputValue {
    switch parameter.type {
    case .string: .string(try string(text, parameter))
    case .integer: .int(try integer(text, parameter))
    case .boolean: .boolean(try boolean(text))
    }
  }

  private static func value(
    _ text: String?,
    of parameter: RouteParameter
  ) throws(ParameterFailure) -> InputValue? {
    if let text { return try value(of: text, for: parameter) }
    guard parameter.isRequired else { return parameter.defaultValue }
    throw ParameterFailure(type: "missing", complaint: "Field required", text: nil)
  }

  private static func list(
    _ texts: [String],
    of parameter: RouteParameter
  ) throws(ParameterFailure) -> InputValue? {
    guard !texts.isEmpty else { return try value(nil, of: parameter) }
    var values: [InputValue] = []
    for text in texts { values.append(try value(of: text, for: parameter)) }
    return .list(values)
  }

  private static func string(_ text: String, _ parameter: RouteParameter) throws(ParameterFailure) -> String {
    guard let allowed = parameter.allowed, !allowed.contains(text) else { return text }
    throw ParameterFailure(
      type: "literal_error",
      complaint: "Input should be \(alternatives(allowed))",
      text: text
    )
  }

  private static func integer(_ text: String, _ parameter: RouteParameter) throws(ParameterFailure) -> Int64 {
    guard let value = Int64(text) else {
      throw ParameterFailure(
        type: "int_parsing",
        complaint: "Input should be a valid integer, unable to parse string as an integer",
        text: text
      )
    }
    if let minimum = parameter.minimum, value < minimum {
      throw ParameterFailure(
        type: "greater_than_equal",
        complaint: "Input should be greater than or equal to \(minimum)",
        text: text
      )
    }
    if let maximum = parameter.maximum, value > maximum {
      throw ParameterFailure(
        type: "less_than_equal",
        complaint: "Input should be less than or equal to \(maximum)",
        text: text
      )
    }
    return value
  }

  private static func boolean(_ text: String) throws(ParameterFailure) -> Bool {
    switch text.lowercased() {
    case "true", "1": true
    case "false", "0": false
    default:
      throw ParameterFailure(
        type: "bool_parsing",
        complaint: "Input should be a valid boolean, unable to interpret input",
        text: text
      )
    }
  }

  /// `'info', 'warning' or 'critical'`.
  private static func alternatives(_ allowed: [String]) -> String {
    let quoted = allowed.map { "'\($0)'" }
    guard quoted.count > 1 else { return quoted.joined() }
    return quoted.dropLast().joined(separator: ", ") + " or " + quoted[quoted.count - 1]
  }

  /// - Throws: 403 when a query names a workspace that is not the caller's.
  static func checkWorkspace(_ query: QueryString, _ principal: Principal) throws(Problem) {
    guard let text = query[workspaceParameter] else { return }
    guard WorkspaceID(text) == principal.workspaceID else { throw ErrorMapping.foreignWorkspace }
  }

  private static func map(
    _ values: [String: InputValue],
    by mappings: [VariableMapping]
  ) throws(Problem) -> [String: InputValue] {
    var variables: [String: InputValue] = [:]
    for mapping in mappings {
      if let interval = mapping.interval, values[mapping.parameter] == .string(interval.when) {
        variables[mapping.variable] = .string(try self.interval(interval, values))
      } else {
        variables[mapping.variable] = values[mapping.parameter]
      }
    }
    return variables
  }

  private static func interval(
    _ interval: VariableMapping.Interval,
    _ values: [String: InputValue]
  ) throws(Problem) -> String {
    guard let start = values[interval.start]?.stringValue, let end = values[interval.end]?.stringValue else {
      throw ErrorMapping.invalidTimeRange("\(interval.when) needs both \(interval.start) and \(interval.end)")
    }
    // A slash inside would make three parts of two; the scalar says so.
    return "\(start)/\(end)"
  }
}

/// Why a parameter's text is no value of it.
struct ParameterFailure: Error, Equatable {
  var type: String
  /// What would be right, in the words that the platform's clients know.
  var complaint: String
  /// What was sent; nil when nothing was.
  var text: String?

  func issue(of parameter: RouteParameter) -> FieldIssue {
    var json = JSONWriter()
    if let text { json.string(text) } else { json.null() }
    return FieldIssue(
      type: type,
      location: [parameter.location.rawValue, parameter.name],
      message: complaint,
      input: json.bytes
    )
  }

  /// The row's own answer to a value outside the enum; what was sent is cut to a length that fits a message.
  func refusal(of parameter: RouteParameter) -> Problem? {
    guard let refusal = parameter.refusal, type == "literal_error" else { return nil }
    return refusal.problem(for: text ?? "")
  }
}

extension RouteRefusal {
  func problem(for value: String) -> Problem {
    let parts = detail.split(separator: "{value}", omittingEmptySubsequences: false)
    let text = parts.joined(separator: String(value.prefix(100)))
    let status = HTTPResponse.Status(code: status)
    return ErrorMapping.text(status, text, status == .notFound ? .notFound : .badUserInput)
  }
}
