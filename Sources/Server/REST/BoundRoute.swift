import Resolver
import Schema

/// A row whose operation is planned.
struct BoundRoute: Sendable {
  let route: Route
  let operation: StoredOperation

  /// Plans the operation of every row and checks that its variables are mapped.
  /// - Throws: the first thing that is wrong, with the line of the table, or of the operation inside it.
  static func bind(
    _ table: RouteTable,
    file: String,
    to engine: QueryEngine
  ) throws(RouteTableError) -> [BoundRoute] {
    var bound: [BoundRoute] = []
    for route in table.routes {
      let operation: StoredOperation
      do throws(RequestErrors) {
        operation = try engine.prepare(
          route.operation,
          name: "\(route.method.rawValue) \(route.path)",
          keyStyle: route.keys.style,
          body: route.body
        )
      } catch {
        throw failure(error, route, file)
      }
      guard operation.kind == .query else {
        let message = "the operation is a \(operation.kind.text); a route only reads"
        throw RouteTableError(file: file, line: route.operationLine, message: message)
      }
      try checkBody(of: route, file: file)
      let variables = operation.variables.map { OperationVariable(name: $0.name, isRequired: $0.isRequired) }
      try check(route, against: variables, file: file)
      bound.append(BoundRoute(route: route, operation: operation))
    }
    return bound
  }

  /// What the check needs to know of a variable.
  struct OperationVariable: Equatable {
    var name: String
    /// Non-null and without default.
    var isRequired: Bool
  }

  /// Every mapping names a variable, and every variable that must have a value always gets one.
  static func check(
    _ route: Route,
    against variables: [OperationVariable],
    file: String
  ) throws(RouteTableError) {
    for mapping in route.variables where !variables.contains(where: { $0.name == mapping.variable }) {
      throw RouteTableError(
        file: file,
        line: mapping.line,
        message: "the operation has no variable $\(mapping.variable)"
      )
    }
    for variable in variables {
      guard let mapping = route.variables.first(where: { $0.variable == variable.name }) else {
        throw RouteTableError(
          file: file,
          line: route.line,
          message: "the variable $\(variable.name) of the operation is not mapped"
        )
      }
      guard variable.isRequired else { continue }
      let parameter = route.parameters.first { $0.name == mapping.parameter }
      if let parameter, !parameter.isRequired, parameter.defaultValue == nil {
        throw RouteTableError(
          file: file,
          line: parameter.line,
          message: "the variable $\(variable.name) must have a value, so the parameter \"\(parameter.name)\" "
            + "has to be required or have a default"
        )
      }
    }
  }

  /// The body is the value of one root field, and the operation selects it directly and alone: what else it asked for
  /// would be fetched and thrown away.
  static func checkBody(of route: Route, file: String) throws(RouteTableError) {
    guard
      let document = try? Parser.parse(Source(route.operation)),
      let selections = document.operations.first?.selections
    else { throw RouteTableError(file: file, line: route.operationLine, message: "the operation is not GraphQL") }
    let names = selections.indices.map { index in
      let selection = document.selections[index]
      return selection.kind == .field ? route.keys.text(of: document.text(of: selection.responseName)) : "…"
    }
    guard names == [route.body] else {
      throw RouteTableError(
        file: file,
        line: route.line,
        message:
          "the operation must select the root field \"\(route.body)\" that is the body, and no other; it selects "
          + names.map { "\"\($0)\"" }.joined(separator: ", ")
      )
    }
  }

  private static func failure(_ errors: RequestErrors, _ route: Route, _ file: String) -> RouteTableError {
    guard let first = errors.errors.first else {
      return RouteTableError(file: file, line: route.line, message: "the operation cannot be planned")
    }
    let line = first.locations.first.map { route.operationLine + $0.line - 1 } ?? route.operationLine
    return RouteTableError(file: file, line: line, message: first.message)
  }
}

extension Route.Keys {
  var style: KeyStyle {
    switch self {
    case .snakeCase: .snakeCase
    case .camelCase: .responseName
    }
  }

  /// A response name as bodies of this style write it.
  func text(of name: String) -> String {
    switch self {
    case .snakeCase: NameStyle.snakeCase(name)
    case .camelCase: name
    }
  }
}
