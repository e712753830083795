// IsValidImplementation, section 3.6.1 and 3.7.

extension TypeSystemChecks {
  mutating func checkInterfaces(of type: NamedType) {
    var seen: Set<TypeID> = []
    for id in type.interfaces {
      let interface = schema[id]
      if interface.kind != .interface {
        report(
          "Type \(type.name) must only implement Interface types, it cannot implement \(interface.name).",
          [type.location],
          "Interfaces"
        )
      } else if id == type.id {
        report(
          "Type \(type.name) cannot implement itself because it would create a circular reference.",
          [type.location],
          "Interfaces"
        )
      } else if !seen.insert(id).inserted {
        report("Type \(type.name) can only implement \(interface.name) once.", [type.location], "Interfaces")
      } else {
        checkAncestors(type, interface)
        checkImplementation(type, interface)
      }
    }
  }

  private mutating func checkAncestors(_ type: NamedType, _ interface: NamedType) {
    for ancestor in interface.interfaces where !type.interfaces.contains(ancestor) {
      let message =
        ancestor == type.id
        ? "Type \(type.name) cannot implement \(interface.name) because it would create a circular reference."
        : "Type \(type.name) must implement \(schema[ancestor].name) because it is implemented by \(interface.name)."
      report(message, [interface.location, type.location], "Interfaces")
    }
  }

  private mutating func checkImplementation(_ type: NamedType, _ interface: NamedType) {
    for id in interface.fieldIDs {
      let expected = schema[id]
      let path = "\(interface.name).\(expected.name)"
      guard let found = schema.field(named: expected.name, on: type.id) else {
        report(
          "Interface field \(path) expected but \(type.name) does not provide it.",
          [expected.location, type.location],
          "Interfaces"
        )
        continue
      }
      checkField(schema[found], "\(type.name).\(expected.name)", expected, path)
    }
  }

  private mutating func checkField(
    _ field: FieldDefinition,
    _ fieldPath: String,
    _ expected: FieldDefinition,
    _ path: String
  ) {
    let places = [expected.location, field.location]
    if !schema.isSubtype(field.type, of: expected.type) {
      let texts = (schema.text(of: expected.type), schema.text(of: field.type))
      let message = "Interface field \(path) expects type \(texts.0) but \(fieldPath) is type \(texts.1)."
      report(message, places, "Interfaces")
    }
    if field.deprecationReason != nil, expected.deprecationReason == nil {
      let message =
        "Interface field \(path) is not deprecated, so implementation field \(fieldPath) must not be deprecated."
      report(message, places, "Interfaces")
    }
    for argument in expected.arguments {
      let name = "\(path)(\(argument.name):)"
      guard let own = field.arguments.first(where: { $0.name == argument.name }) else {
        let message = "Interface field argument \(name) expected but \(fieldPath) does not provide it."
        report(message, [argument.location, field.location], "Interfaces")
        continue
      }
      if own.type != argument.type {
        let texts = (schema.text(of: argument.type), schema.text(of: own.type))
        let message =
          "Interface field argument \(name) expects type \(texts.0) but \(fieldPath)(\(argument.name):) is type \(texts.1)."
        report(message, [argument.location, own.location], "Interfaces")
      }
    }
    for own in field.arguments
    where own.isRequired && !expected.arguments.contains(where: { $0.name == own.name }) {
      let message =
        "Object field \(fieldPath) includes required argument \(own.name) that is missing from the Interface field \(path)."
      report(message, [own.location, expected.location], "Interfaces")
    }
  }
}
