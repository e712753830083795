import Schema
import Testing

@Suite struct UniqueInputFieldNamesTests {
  @Test func acceptsSameNameInDifferentObjects() throws {
    let errors = try Harness.errors(
      "UniqueInputFieldNames",
      "{ complicatedArgs { complexArgField(complexArg: { requiredField: true, intField: 1 }) } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsRepeated() throws {
    let errors = try Harness.errors(
      "UniqueInputFieldNames",
      "{ complicatedArgs { complexArgField(complexArg: { requiredField: true, requiredField: false }) } }"
    )
    #expect(
      errors == [
        #"There can be only one input field named "requiredField". @1:51,1:72"#
      ]
    )
  }
}
