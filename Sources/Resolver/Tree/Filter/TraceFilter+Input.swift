import Schema

extension TraceFilter {
  /// How many tests one filter may have, how many parts of `and`, `or` and `not`, and how many values all its lists together.
  static let maximumTests = 100
  static let maximumParts = 200
  static let maximumValues = 1000
  /// Bytes of a text that is searched for: PostgreSQL may take the product of both lengths, and hears of no timeout meanwhile.
  static let maximumSearchLength = 256

  /// Reads a coerced `TraceFilter`. Its depth was counted when it was coerced.
  /// - Throws: `BAD_USER_INPUT` when it is larger than a statement should be, or names an instant that cannot be.
  init(_ input: InputValue?) throws(GraphQLError) {
    var reader = FilterReader()
    self = try reader.filter(input?.objectValue ?? InputObject())
  }
}

private struct FilterReader {
  private var tests = 0
  private var parts = 0
  private var listed = 0

  mutating func filter(_ object: InputObject) throws(GraphQLError) -> TraceFilter {
    var parts: [TraceFilter] = []
    for member in object.members where !member.value.isNull {
      switch member.name {
      case "and": parts.append(.all(try filters(member.value)))
      case "or": parts.append(.any(try filters(member.value)))
      case "not":
        parts.append(.not(try part(member.value)))
      default:
        guard let field = FilterField(rawValue: member.name) else {
          throw GraphQLError("The filter \"\(member.name)\" is not known.", code: .internalServerError)
        }
        parts += try operators(member.value.objectValue ?? InputObject(), of: field)
      }
    }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func filters(_ list: InputValue) throws(GraphQLError) -> [TraceFilter] {
    var filters: [TraceFilter] = []
    for item in list.listValue ?? [] { filters.append(try part(item)) }
    return filters
  }

  private mutating func part(_ value: InputValue) throws(GraphQLError) -> TraceFilter {
    parts += 1
    guard parts <= TraceFilter.maximumParts else {
      throw GraphQLError("A filter may hold at most \(TraceFilter.maximumParts) parts.", code: .badUserInput)
    }
    return try filter(value.objectValue ?? InputObject())
  }

  /// An operator that is given null is not applied.
  private mutating func operators(_ object: InputObject, of field: FilterField) throws(GraphQLError) -> [TraceFilter] {
    var parts: [TraceFilter] = []
    for member in object.members where !member.value.isNull {
      tests += 1
      guard tests <= TraceFilter.maximumTests else {
        throw GraphQLError("A filter may hold at most \(TraceFilter.maximumTests) tests.", code: .badUserInput)
      }
      parts.append(try test(member, of: field))
    }
    return parts
  }

  private mutating func test(_ member: InputObject.Member, of field: FilterField) throws(GraphQLError) -> TraceFilter {
    switch member.name {
    case "in", "notIn":
      let among = TraceFilter.test(field, .among(try values(member.value, of: field)))
      return member.name == "in" ? among : .not(among)
    case "isNull":
      let absent = TraceFilter.test(field, .isAbsent)
      return member.value.booleanValue == true ? absent : .not(absent)
    default: break
    }
    let value = try value(member.value, of: field)
    return switch member.name {
    case "eq": .test(field, .compare(.equal, value))
    case "ne": .not(.test(field, .compare(.equal, value)))
    case "gt": .test(field, .compare(.above, value))
    case "gte": .test(field, .compare(.aboveOrEqual, value))
    case "lt": .test(field, .compare(.below, value))
    case "lte": .test(field, .compare(.belowOrEqual, value))
    case "prefix": .test(field, .prefix(try searched(value)))
    case "contains": .test(field, .contains(try searched(value)))
    default: throw GraphQLError("The operator \"\(member.name)\" is not known.", code: .internalServerError)
    }
  }

  private func searched(_ text: String) throws(GraphQLError) -> String {
    guard text.utf8.count <= TraceFilter.maximumSearchLength else {
      throw GraphQLError(
        "A text that is searched for may have at most \(TraceFilter.maximumSearchLength) bytes; this one has "
          + "\(text.utf8.count).",
        code: .badUserInput
      )
    }
    return text
  }

  private mutating func values(_ list: InputValue, of field: FilterField) throws(GraphQLError) -> [String] {
    let items = list.listValue ?? []
    listed += items.count
    guard listed <= TraceFilter.maximumValues else {
      throw GraphQLError(
        "The lists of a filter may hold at most \(TraceFilter.maximumValues) values together.",
        code: .badUserInput
      )
    }
    var values: [String] = []
    for item in items where !item.isNull { values.append(try value(item, of: field)) }
    return values
  }

  private func value(_ value: InputValue, of field: FilterField) throws(GraphQLError) -> String {
    switch value {
    case .string(let text) where field.kind == .timestamptz: return try instant(text)
    case .string(let text), .enumeration(let text), .number(let text): return text
    case .int(let integer): return String(integer)
    default: throw GraphQLError("A filter's value is of no kind that is known.", code: .internalServerError)
    }
  }

  private func instant(_ text: String) throws(GraphQLError) -> String {
    do {
      return try Instant(parsing: text).text
    } catch {
      throw GraphQLError(error.message, code: .badUserInput)
    }
  }
}
