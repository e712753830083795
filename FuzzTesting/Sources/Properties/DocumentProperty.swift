import Schema

/// What must hold of any bytes taken for a GraphQL document.
public enum DocumentProperty {
  /// Why it does not hold; `nil` when it does. A trap is the other way to fail.
  public static func failure(_ bytes: [UInt8]) -> String? {
    let source = Source(bytes: bytes)
    let document: Document
    do throws(GraphQLError) {
      document = try Parser.parse(source)
    } catch {
      return place(error, source)
    }
    if document.operations.isEmpty, document.fragments.isEmpty { buildSchema(source) }
    let errors = validationErrors(document)
    return roundTrip(document, errors) ?? errors.lazy.compactMap { place($0, source) }.first
  }

  /// What is printed reads as the same document: it prints the same, and rules say the same of it.
  private static func roundTrip(_ document: Document, _ errors: [GraphQLError]) -> String? {
    let printed = Printer.print(document)
    do throws(GraphQLError) {
      let again = try Parser.parse(Source(printed), limits: .trusted)
      let second = Printer.print(again)
      guard second == printed else { return "Printed\n\(printed)\nand, read again,\n\(second)" }
      let messages = (errors.map(\.message), validationErrors(again).map(\.message))
      return messages.0 == messages.1 ? nil : "Rules say \(messages.0), and of the printed text \(messages.1)"
    } catch {
      return "The printed text is refused: \(error)\n\(printed)"
    }
  }

  private static func validationErrors(_ document: Document) -> [GraphQLError] {
    let schema = SmallSchema.schema
    let result = Validator.validate(document, against: schema)
    guard result.isValid else { return result.errors }
    var measurement = QueryMeasurement(document, schema, result.binding)
    for operation in document.operations.indices {
      _ = try? QueryLimits().check(measurement.measure(operation: operation), at: SourceLocation(line: 1, column: 1))
      guard let variables = try? schema.coerceVariableValues(document, operation: operation, provided: InputObject())
      else { continue }
      coerceArguments(of: document, result.binding, variables)
    }
    return []
  }

  private static func coerceArguments(
    of document: Document,
    _ binding: DocumentBinding,
    _ variables: VariableValues
  ) {
    for selection in document.selections.indices {
      guard let field = binding.field(ofSelection: selection) else { continue }
      let definition = SmallSchema.schema[field]
      _ = try? SmallSchema.schema.coerceArgumentValues(
        of: definition,
        selection: selection,
        in: document,
        variables: variables
      ).canonicalJSON
    }
  }

  private static func buildSchema(_ source: Source) {
    do throws(SchemaErrors) {
      _ = try SchemaBuilder.build(source)
    } catch {
      _ = error.description
    }
  }

  /// An error points into the text.
  private static func place(_ error: GraphQLError, _ source: Source) -> String? {
    let end = source.location(at: source.bytes.count)
    let isInside = error.locations.allSatisfy { place in
      place.line < end.line || (place.line == end.line && place.column <= end.column)
    }
    return isInside ? nil : "Points past the end: \(error)"
  }
}
