/// The coerced variables of one request. Specification, section 6.1.2.
public struct VariableValues: Sendable {
  /// Names as symbols of the document, ascending.
  private let symbols: [UInt32]
  private let values: [InputValue?]

  /// For operations without variables.
  public static let none = VariableValues([])

  init(_ entries: [(symbol: UInt32, value: InputValue?)]) {
    let sorted = entries.sorted { $0.symbol < $1.symbol }
    symbols = sorted.map(\.symbol)
    values = sorted.map(\.value)
  }

  /// The value of a variable; `nil` when it was not given and has no default, `.null` when it is null.
  ///
  /// - Complexity: O(log variables).
  public subscript(name: Name) -> InputValue? {
    var low = 0
    var high = symbols.count
    while low < high {
      let middle = (low + high) / 2
      if symbols[middle] < name.symbol { low = middle + 1 } else { high = middle }
    }
    return low < symbols.count && symbols[low] == name.symbol ? values[low] : nil
  }
}

/// Why a request cannot be executed: one or more request errors. Specification, section 7.1.2.
public struct RequestErrors: Error, Sendable, Hashable {
  public let errors: [GraphQLError]

  public init(_ errors: [GraphQLError]) {
    self.errors = errors
  }
}

extension Document {
  /// GetOperation, section 6.1: the index in `operations` of the named one, or of the only one.
  ///
  /// - Throws: `OPERATION_RESOLUTION_FAILURE`.
  public func operation(named name: String?) throws(GraphQLError) -> Int {
    if let name {
      let wanted = Array(name.utf8)
      if let found = operations.firstIndex(where: { bytes(of: $0.name).elementsEqual(wanted) && $0.name.isPresent }) {
        return found
      }
      throw GraphQLError("Unknown operation named \"\(name.excerpted)\".", code: .operationResolutionFailure)
    }
    switch operations.count {
    case 1: return 0
    case 0: throw GraphQLError("Must provide an operation.", code: .operationResolutionFailure)
    default:
      throw GraphQLError(
        "Must provide operation name if query contains multiple operations.",
        code: .operationResolutionFailure
      )
    }
  }
}

extension GraphQLSchema {
  /// The most errors that one set of variables reports.
  private static let maxVariableErrors = 50

  /// CoerceVariableValues, section 6.1.2.
  ///
  /// - Parameters:
  ///   - operation: index in `document.operations`; the document is valid.
  ///   - provided: the request's `variables`. Members that the operation does not define are ignored.
  /// - Throws: `BAD_USER_INPUT`, or the code that a scalar gives; one error for each thing that is wrong with a variable, the
  ///   first fifty.
  public func coerceVariableValues(
    _ document: Document,
    operation: Int,
    provided: InputObject
  ) throws(RequestErrors) -> VariableValues {
    let definitions = document.operations[operation].variableDefinitions
    guard !definitions.isEmpty else { return .none }
    let members = Dictionary(provided.members.map { ($0.name, $0.value) }) { first, _ in first }
    var entries: [(symbol: UInt32, value: InputValue?)] = []
    var errors: [GraphQLError] = []
    for index in definitions.indices where errors.count < Self.maxVariableErrors {
      let definition = document.variableDefinitions[index]
      let given = members[document.text(of: definition.name)]
      let value = coerceVariable(definition, document, provided: given, &errors)
      entries.append((definition.name.symbol, value))
    }
    guard errors.isEmpty else { throw RequestErrors(errors) }
    return VariableValues(entries)
  }

  /// The value of one variable; `nil` when it has none, or when it is wrong and `errors` says why.
  private func coerceVariable(
    _ definition: Document.VariableDefinition,
    _ document: Document,
    provided: InputValue?,
    _ errors: inout [GraphQLError]
  ) -> InputValue? {
    let name = document.text(of: definition.name)
    let typeText = definition.type.wrappers.text(around: document.text(of: definition.type.name))
    func fail(_ message: String, _ code: ErrorCode? = nil) {
      let location = document.location(definition.offset)
      errors.append(GraphQLError(message, code: code ?? .badUserInput, locations: [location]))
    }
    guard let type = reference(to: definition.type, in: document), self[type.named].kind.isInput else {
      fail("Variable \"$\(name)\" expected value of type \"\(typeText)\" which cannot be used as an input type.")
      return nil
    }
    guard let provided else {
      do throws(CoercionFailure) {
        if let value = try defaultValue(of: definition, as: type, in: document) { return value }
        if type.isNonNull { fail("Variable \"$\(name)\" of required type \"\(typeText)\" was not provided.") }
      } catch {
        fail(error.message, error.code)
      }
      return nil
    }
    if provided.isNull, type.isNonNull {
      fail("Variable \"$\(name)\" of non-null type \"\(typeText)\" must not be null.")
      return nil
    }
    var coercion = InputCoercion(schema: self, maxFailures: Self.maxVariableErrors - errors.count)
    let value = coercion.coerce(provided, to: type)
    for placed in coercion.failures { fail(placed.message(forVariable: name), placed.failure.code) }
    return value
  }

  private func defaultValue(
    of definition: Document.VariableDefinition,
    as type: TypeReference,
    in document: Document
  ) throws(CoercionFailure) -> InputValue? {
    guard let literal = definition.defaultValue else { return nil }
    return try LiteralCoercion(schema: self, document: document).coerce(literal, to: type)
  }

  /// The type that a written type refers to; `nil` when the schema has no such name.
  public func reference(to node: Document.TypeNode, in document: Document) -> TypeReference? {
    type(named: document.text(of: node.name)).map { TypeReference($0, node.wrappers) }
  }
}
