import Schema

/// An argument that names what the request selects when the request does not say it: `@selectionArgument` of the SDL, checked.
struct SelectionArgument: Sendable {
  let argument: String
  /// The object type whose fields are named.
  let type: TypeID
  /// The values of the argument's enum, in order.
  let names: [String]

  /// The argument's value for a request that selects these fields of the type; nil when it is to be left out.
  func value(selecting selected: Set<String>) -> InputValue? {
    let chosen = names.filter(selected.contains)
    guard chosen.count < names.count else { return nil }
    return .list((chosen.isEmpty ? Array(names.prefix(1)) : chosen).map { .enumeration($0) })
  }
}

/// A value for an argument that is absent or null.
struct ImpliedArgument: Sendable {
  let name: String
  let value: InputValue

  func completing(_ arguments: ArgumentValues) -> ArgumentValues {
    guard arguments[name].map(\.isNull) ?? true else { return arguments }
    let values = zip(arguments.names, arguments.values).map { $0 == name ? value : $1 }
    return ArgumentValues(names: arguments.names, values: values)
  }
}
