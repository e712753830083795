import Schema
import Testing

@Suite struct SchemaCoordinateTests {
  @Test(arguments: [
    ("Business", SchemaCoordinate.type("Business")),
    ("Business.name", .member("name", of: "Business")),
    ("Query.searchBusiness(criteria:)", .argument("criteria", field: "searchBusiness", of: "Query")),
    ("@private", .directive("private")),
    ("@private(scope:)", .directiveArgument("scope", of: "private")),
    ("__Type.__a1", .member("__a1", of: "__Type")),
  ])
  func readsAndWrites(text: String, coordinate: SchemaCoordinate) throws {
    #expect(try SchemaCoordinate(parsing: text) == coordinate)
    #expect(coordinate.description == text)
  }

  @Test(arguments: [
    ("", "Syntax Error: Expected Name, found <EOF>. (1:1)"),
    ("Business.", "Syntax Error: Expected Name, found <EOF>. (1:10)"),
    ("Business .name", "Syntax Error: Expected <EOF>, found \" \". (1:9)"),
    ("Business.name.first", "Syntax Error: Expected <EOF>, found \".\". (1:14)"),
    ("Business(a:)", "Syntax Error: Expected <EOF>, found \"(\". (1:9)"),
    ("Query.find(", "Syntax Error: Expected Name, found <EOF>. (1:12)"),
    ("Query.find(a", "Syntax Error: Expected \":\", found <EOF>. (1:13)"),
    ("Query.find(a:", "Syntax Error: Expected \")\", found <EOF>. (1:14)"),
    ("Query.find(a:) ", "Syntax Error: Expected <EOF>, found \" \". (1:15)"),
    ("@", "Syntax Error: Expected Name, found <EOF>. (1:2)"),
    ("@private.scope", "Syntax Error: Expected <EOF>, found \".\". (1:9)"),
    ("@ private", "Syntax Error: Expected Name, found \" \". (1:2)"),
    ("1Type", "Syntax Error: Expected Name, found \"1\". (1:1)"),
    ("Typé", "Syntax Error: Expected <EOF>, found U+00E9. (1:4)"),
    ("\u{FEFF}Type", "Syntax Error: Expected Name, found U+FEFF. (1:1)"),
  ])
  func saysWhatIsWrongAndWhere(text: String, message: String) {
    let error = #expect(throws: GraphQLError.self) { try SchemaCoordinate(parsing: text) }
    #expect(error?.description == message)
    #expect(error?.code == .graphqlParseFailed)
  }

  private static let schema = """
    directive @private(scope: String!) on FIELD
    type Query { searchBusiness(criteria: Criteria!): [Business] any: Any }
    type Business { name: String }
    input Criteria { name: String filter: Filter }
    enum Filter { OPEN_NOW }
    union Any = Business
    """

  @Test(arguments: [
    ("Business", "type Business"), ("Nothing", "nothing"), ("Business.name", "field name"),
    ("Business.__typename", "nothing"), ("Business.nothing", "nothing"), ("Criteria.filter", "input field filter"),
    ("Criteria.nothing", "nothing"), ("Filter.OPEN_NOW", "enum value OPEN_NOW"), ("Filter.CLOSED", "nothing"),
    ("Query.searchBusiness(criteria:)", "argument criteria"), ("Query.searchBusiness(nothing:)", "nothing"),
    ("@private", "directive private"), ("@nothing", "nothing"), ("@private(scope:)", "argument scope"),
    ("@private(nothing:)", "nothing"),
  ])
  func findsTheElement(text: String, expected: String) throws {
    let schema = try SchemaBuilder.build(Source(Self.schema))
    let found =
      switch try schema.element(at: SchemaCoordinate(parsing: text)) {
      case .type(let type): "type \(type.name)"
      case .field(let field): "field \(field.name)"
      case .inputField(let field): "input field \(field.name)"
      case .enumValue(let value): "enum value \(value.name)"
      case .argument(let argument): "argument \(argument.name)"
      case .directive(let directive): "directive \(directive.name)"
      case nil: "nothing"
      }
    #expect(found == expected)
  }

  @Test(arguments: [
    ("Nothing.name", "The schema has no type \"Nothing\"."),
    ("String.name", "\"String\" has no members: it is a scalar type."),
    ("Any.name", "\"Any\" has no members: it is a union type."),
    ("Nothing.name(a:)", "The schema has no type \"Nothing\"."),
    ("Criteria.name(a:)", "\"Criteria\" has no field \"name\" that takes arguments."),
    ("Business.nothing(a:)", "\"Business\" has no field \"nothing\" that takes arguments."),
    ("@nothing(a:)", "The schema has no directive \"@nothing\"."),
  ])
  func saysWhatCannotHoldTheElement(text: String, message: String) throws {
    let schema = try SchemaBuilder.build(Source(Self.schema))
    let error = #expect(throws: GraphQLError.self) { try schema.element(at: SchemaCoordinate(parsing: text)) }
    #expect(error?.message == "Cannot resolve the schema coordinate. " + message)
    #expect(error?.code == .badUserInput)
  }
}
