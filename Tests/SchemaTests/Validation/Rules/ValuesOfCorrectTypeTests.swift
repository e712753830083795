import Schema
import Testing

@Suite struct ValuesOfCorrectTypeTests {
  @Test func acceptsGoodValues() throws {
    let errors = try Harness.errors(
      "ValuesOfCorrectType",
      "{ complicatedArgs { intArgField(intArg: 2) a: intArgField(intArg: null) floatArgField(floatArg: 1) "
        + #"idArgField(idArg: 1) b: idArgField(idArg: "x") enumArgField(enumArg: BROWN) "#
        + #"stringListArgField(stringListArg: "one") c: stringListArgField(stringListArg: ["a", null]) "#
        + "complexArgField(complexArg: { requiredField: true }) oneOfArgField(oneOfArg: { intField: 1 }) } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsWrongScalars() throws {
    let errors = try Harness.errors(
      "ValuesOfCorrectType",
      #"{ complicatedArgs { intArgField(intArg: "3") a: intArgField(intArg: 829384293849283498239482938) b: "#
        + "intArgField(intArg: 3.0) c: intArgField(intArg: FOO) stringArgField(stringArg: 1) "
        + #"booleanArgField(booleanArg: "true") floatArgField(floatArg: "3.3") idArgField(idArg: 1.0) d: "#
        + "intArgField(intArg: [2]) } }"
    )
    #expect(
      errors == [
        #"Int cannot represent non-integer value: "3" @1:41"#,
        "Int cannot represent non 32-bit signed integer value: 829384293849283498239482938 @1:69",
        "Int cannot represent non-integer value: 3.0 @1:121",
        "Int cannot represent non-integer value: FOO @1:149",
        "String cannot represent a non string value: 1 @1:180",
        #"Boolean cannot represent a non boolean value: "true" @1:211"#,
        #"Float cannot represent non numeric value: "3.3" @1:243"#,
        "ID cannot represent a non-string and non-integer value: 1.0 @1:268",
        "Int cannot represent non-integer value: [2] @1:296",
      ]
    )
  }

  @Test func rejectsNullForNonNull() throws {
    let errors = try Harness.errors(
      "ValuesOfCorrectType",
      "{ complicatedArgs { nonNullIntArgField(nonNullIntArg: null) } }"
    )
    #expect(
      errors == [
        #"Expected value of type "Int!", found null. @1:55"#
      ]
    )
  }

  @Test func rejectsWrongEnumValues() throws {
    let errors = try Harness.errors(
      "ValuesOfCorrectType",
      #"{ complicatedArgs { enumArgField(enumArg: "BROWN") a: enumArgField(enumArg: Black) b: "#
        + "enumArgField(enumArg: 2) } }"
    )
    #expect(
      errors == [
        #"Enum "FurColor" cannot represent non-enum value: "BROWN". Did you mean the enum value "BROWN"? @1:43"#,
        #"Value "Black" does not exist in "FurColor" enum. Did you mean the enum value "BLACK"? @1:77"#,
        #"Enum "FurColor" cannot represent non-enum value: 2. @1:109"#,
      ]
    )
  }

  @Test func rejectsWrongListItems() throws {
    let errors = try Harness.errors(
      "ValuesOfCorrectType",
      #"{ complicatedArgs { stringListArgField(stringListArg: ["one", 2]) } }"#
    )
    #expect(
      errors == [
        "String cannot represent a non string value: 2 @1:63"
      ]
    )
  }

  @Test func rejectsWrongInputObjects() throws {
    let errors = try Harness.errors(
      "ValuesOfCorrectType",
      "{ complicatedArgs { complexArgField(complexArg: { intFeld: 4 }) a: complexArgField(complexArg: 3) b:"
        + #" complexArgField(complexArg: { requiredField: true, nonNullField: null, stringListField: ["a", 2] })"#
        + " } }"
    )
    #expect(
      errors == [
        #"Field "ComplexInput.requiredField" of required type "Boolean!" was not provided. @1:49"#,
        #"Field "intFeld" is not defined by type "ComplexInput". Did you mean "intField"? @1:51"#,
        #"Expected value of type "ComplexInput", found 3. @1:96"#,
        #"Expected value of type "Boolean!", found null. @1:167"#,
        "String cannot represent a non string value: 2 @1:196",
      ]
    )
  }

  @Test func rejectsWrongOneOf() throws {
    let errors = try Harness.errors(
      "ValuesOfCorrectType",
      #"{ complicatedArgs { oneOfArgField(oneOfArg: { stringField: "a", intField: 1 }) a: "#
        + "oneOfArgField(oneOfArg: {}) b: oneOfArgField(oneOfArg: { intField: null }) } }"
    )
    #expect(
      errors == [
        #"OneOf Input Object "OneOf" must specify exactly one key. @1:45"#,
        #"OneOf Input Object "OneOf" must specify exactly one key. @1:107"#,
        #"Field "OneOf.intField" must be non-null. @1:138"#,
      ]
    )
  }

  @Test func rejectsCustomScalarValues() throws {
    let errors = try Harness.errors(
      "ValuesOfCorrectType",
      #"{ complicatedArgs { dateArgField(dateArg: "tomorrow") } }"#
    )
    #expect(
      errors == [
        #"Expected value of type "DateTime", found "tomorrow"; DateTime cannot represent an invalid "#
          + #"date-time: "tomorrow" @1:43"#
      ]
    )
  }

  @Test func checksVariableDefaults() throws {
    let errors = try Harness.errors(
      "ValuesOfCorrectType",
      #"query Q($a: Int = "one", $b: ComplexInput = { requiredField: 1 }, $c: Dog = 1) { dog { name } }"#
    )
    #expect(
      errors == [
        #"Int cannot represent non-integer value: "one" @1:19"#,
        "Boolean cannot represent a non boolean value: 1 @1:62",
      ]
    )
  }
}
