import Schema

/// The REST API as data: what `routes.yaml` says, checked as far as it can be without the schema.
///
/// Flat and immutable. Made by ``RouteTableLoader``; each row's operation is planned once by ``BoundRoute``.
struct RouteTable: Sendable, Equatable {
  var routes: [Route]
}

/// One row: a path, its parameters, the stored operation that it runs and what becomes the body.
struct Route: Sendable, Equatable {
  var method: Method
  /// `/api/v1/traces/{trace_id}`.
  var path: String
  var summary: String
  var parameters: [RouteParameter]
  /// A GraphQL document with one operation.
  var operation: String
  /// Line of the table on which the text of `operation` begins.
  var operationLine: Int
  var variables: [VariableMapping]
  /// Response name of the root field whose value is the body, in the row's key style.
  var body: String
  var keys: Keys
  /// The answer when the body is `null`; without it that is a 200 with `null`.
  var onNull: RouteRefusal?
  /// Line of the row.
  var line: Int

  /// Reads only: a write is never behind a stored query.
  enum Method: String, Sendable, CaseIterable {
    case get = "GET"
  }

  enum Keys: String, Sendable, CaseIterable {
    case snakeCase = "snake_case"
    case camelCase = "camelCase"
  }

  /// The path with its placeholders' names left out: two rows must differ in it.
  var shape: String {
    path.split(separator: "/").map { $0.hasPrefix("{") ? "{}" : $0 }.joined(separator: "/")
  }
}

/// A parameter of a row.
struct RouteParameter: Sendable, Equatable {
  var name: String
  var location: Location
  var type: ParameterType
  var isRequired: Bool
  /// Whether it may be given several times; its value is then the list of them.
  var isRepeatable = false
  var defaultValue: InputValue?
  /// Of an integer, both inclusive.
  var minimum: Int64?
  var maximum: Int64?
  /// The only values that a string may have.
  var allowed: [String]?
  /// Answers a value outside `allowed` instead of the usual 422.
  var refusal: RouteRefusal?
  var summary: String
  var line: Int

  enum Location: String, Sendable, CaseIterable {
    case query, path
  }

  enum ParameterType: String, Sendable, CaseIterable {
    case string, integer, boolean
  }
}

/// Where a variable of the operation gets its value.
struct VariableMapping: Sendable, Equatable {
  var variable: String
  var parameter: String
  /// When the parameter has this value, two others make an ISO 8601 interval `start/end` instead.
  var interval: Interval?
  var line: Int

  struct Interval: Sendable, Equatable {
    var when: String
    var start: String
    var end: String
  }
}

/// A status and its `detail`; `{value}` stands for what the client sent.
struct RouteRefusal: Sendable, Equatable {
  var status: Int
  var detail: String
}

/// Why the table cannot be used: `routes.yaml:12: unknown field "pth"; …`.
struct RouteTableError: Error, Sendable, Equatable, CustomStringConvertible {
  var file: String
  /// From 1.
  var line: Int
  var message: String

  var description: String { "\(file):\(line): \(message)" }
}
