import Schema
import Testing

@Suite struct NoSchemaIntrospectionTests {
  @Test func acceptsByDefault() throws {
    let errors = try Harness.errors(
      "NoSchemaIntrospection",
      "{ __schema { types { name } } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsWhereSwitchedOff() throws {
    let errors = try Harness.errors(
      "NoSchemaIntrospection",
      #"{ __schema { types { name } } __type(name: "Dog") { name } dog { __typename } }"#,
      options: ValidationOptions(allowsIntrospection: false)
    )
    #expect(
      errors == [
        "GraphQL introspection is not allowed, but the query contained __schema or __type. @1:3",
        "GraphQL introspection is not allowed, but the query contained __schema or __type. @1:31",
      ]
    )
  }
}
