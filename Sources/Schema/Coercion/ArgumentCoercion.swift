extension GraphQLSchema {
  /// CoerceArgumentValues, section 6.4.1, for a field selection of a valid document.
  ///
  /// - Throws: an execution error with the code `BAD_USER_INPUT` (or the one a scalar gives) and the place of the argument;
  ///   the caller adds the response path.
  /// - Complexity: O(defined × given arguments).
  public func coerceArgumentValues(
    of field: FieldDefinition,
    selection: Int,
    in document: Document,
    variables: VariableValues
  ) throws(GraphQLError) -> ArgumentValues {
    guard !field.arguments.isEmpty else { return .none }
    let node = document.selections[selection]
    return try coerceArguments(
      field.arguments,
      given: node.arguments,
      at: node.offset,
      in: document,
      variables: variables
    )
  }

  /// The same for a directive.
  public func coerceArgumentValues(
    of directive: DirectiveDefinition,
    at node: Document.Directive,
    in document: Document,
    variables: VariableValues
  ) throws(GraphQLError) -> ArgumentValues {
    guard !directive.arguments.isEmpty else { return .none }
    return try coerceArguments(
      directive.arguments,
      given: node.arguments,
      at: node.offset,
      in: document,
      variables: variables
    )
  }

  private func coerceArguments(
    _ definitions: [InputValueDefinition],
    given: NodeRange,
    at offset: UInt32,
    in document: Document,
    variables: VariableValues
  ) throws(GraphQLError) -> ArgumentValues {
    let coercion = LiteralCoercion(schema: self, document: document, variables: variables)
    var names: [String] = []
    var values: [InputValue?] = []
    names.reserveCapacity(definitions.count)
    values.reserveCapacity(definitions.count)
    for definition in definitions {
      let literal = document.argument(definition.name, in: given)
      names.append(definition.name)
      do throws(CoercionFailure) {
        values.append(try coercion.argument(definition, literal))
      } catch {
        let place = literal.map { document.values[$0].offset } ?? offset
        throw GraphQLError(
          error.message,
          code: error.code ?? .badUserInput,
          locations: [document.location(place)]
        )
      }
    }
    return ArgumentValues(names: names, values: values)
  }
}

extension LiteralCoercion {
  /// One argument: its value, its default, or `nil` when it has neither.
  fileprivate func argument(
    _ definition: InputValueDefinition,
    _ literal: Int?
  ) throws(CoercionFailure) -> InputValue? {
    let typeText = schema.text(of: definition.type)
    guard let literal else {
      if definition.defaultValue == nil, definition.type.isNonNull {
        throw CoercionFailure("Argument \"\(definition.name)\" of required type \"\(typeText)\" was not provided.")
      }
      return definition.defaultValue
    }
    let value = document.values[literal]
    if value.kind == .variable, variables[value.name] == nil {
      if definition.defaultValue == nil, definition.type.isNonNull {
        throw CoercionFailure(
          "Argument \"\(definition.name)\" of required type \"\(typeText)\" was provided the variable "
            + "\"$\(document.text(of: value.name))\" which was not provided a runtime value."
        )
      }
      return definition.defaultValue
    }
    let isNull = value.kind == .null || (value.kind == .variable && variables[value.name]?.isNull == true)
    if isNull, definition.type.isNonNull {
      throw CoercionFailure("Argument \"\(definition.name)\" of non-null type \"\(typeText)\" must not be null.")
    }
    do throws(CoercionFailure) {
      let coerced = try coerce(literal, to: definition.type)
      try definition.checkBounds(coerced, what: "Argument")
      return coerced
    } catch {
      throw error.describing(argument: definition.name, document.excerpt(ofValue: literal))
    }
  }
}

extension CoercionFailure {
  /// Says which argument, unless the message does already or the scalar's code stands for itself.
  fileprivate func describing(argument: String, _ value: String) -> CoercionFailure {
    if code != nil || message.utf8.starts(with: "Argument \"".utf8) { return self }
    return CoercionFailure("Argument \"\(argument)\" has invalid value \(value). \(message)", code: code)
  }
}

extension Document {
  /// The value of an argument by name, as an index of `values`.
  func argument(_ name: String, in range: NodeRange) -> Int? {
    for index in range.indices where bytes(of: arguments[index].name).elementsEqual(name.utf8) {
      return arguments[index].value
    }
    return nil
  }
}
