import Schema
import Testing

@Suite struct OverlappingFieldsCanBeMergedTests {
  @Test func acceptsEqualFields() throws {
    let errors = try Harness.errors(
      "OverlappingFieldsCanBeMerged",
      "{ dog { name name isAtLocation(x: 1, y: 2) isAtLocation(y: 2, x: 1) mother { name } mother { barks }"
        + " } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func acceptsDifferentFieldsOnDifferentObjects() throws {
    let errors = try Harness.errors(
      "OverlappingFieldsCanBeMerged",
      "{ pet { ... on Dog { a: name } ... on Cat { a: nickname } } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsDifferentFields() throws {
    let errors = try Harness.errors(
      "OverlappingFieldsCanBeMerged",
      "{ dog { a: name a: nickname } }"
    )
    #expect(
      errors == [
        #"Fields "a" conflict because "name" and "nickname" are different fields. Use different aliases on"#
          + " the fields to fetch both if this was intentional. @1:9,1:17"
      ]
    )
  }

  @Test func rejectsDifferentArguments() throws {
    let errors = try Harness.errors(
      "OverlappingFieldsCanBeMerged",
      "{ dog { doesKnowCommand(dogCommand: SIT) doesKnowCommand(dogCommand: HEEL) isAtLocation(x: 1) "
        + "isAtLocation } }"
    )
    #expect(
      errors == [
        #"Fields "doesKnowCommand" conflict because they have differing arguments. Use different aliases "#
          + "on the fields to fetch both if this was intentional. @1:9,1:42",
        #"Fields "isAtLocation" conflict because they have differing arguments. Use different aliases on "#
          + "the fields to fetch both if this was intentional. @1:76,1:95",
      ]
    )
  }

  @Test func rejectsDifferentShapesOnDifferentObjects() throws {
    let errors = try Harness.errors(
      "OverlappingFieldsCanBeMerged",
      "{ catOrDog { ... on Dog { a: barkVolume } ... on Cat { a: nickname } } }"
    )
    #expect(
      errors == [
        #"Fields "a" conflict because they return conflicting types "Int" and "String". Use different "#
          + "aliases on the fields to fetch both if this was intentional. @1:27,1:56"
      ]
    )
  }

  @Test func rejectsDeepConflictsWithTheWayThere() throws {
    let errors = try Harness.errors(
      "OverlappingFieldsCanBeMerged",
      "{ dog { mother { a: name } } dog { mother { a: nickname } } }"
    )
    #expect(
      errors == [
        #"Fields "dog" conflict because subfields "mother" conflict because subfields "a" conflict because"#
          + #" "name" and "nickname" are different fields. Use different aliases on the fields to fetch both "#
          + "if this was intentional. @1:3,1:9,1:18,1:30,1:36,1:45"
      ]
    )
  }

  @Test func rejectsConflictsThroughFragments() throws {
    let errors = try Harness.errors(
      "OverlappingFieldsCanBeMerged",
      "{ dog { ...A ...B } } fragment A on Dog { x: name ...C } fragment B on Dog { y: barks ...A } "
        + "fragment C on Dog { y: name x: nickname }"
    )
    #expect(
      errors == [
        #"Fields "x" conflict because "name" and "nickname" are different fields. Use different aliases on"#
          + " the fields to fetch both if this was intentional. @1:43,1:122",
        #"Fields "y" conflict because "barks" and "name" are different fields. Use different aliases on "#
          + "the fields to fetch both if this was intentional. @1:78,1:114",
      ]
    )
  }

  @Test func rejectsShapeConflictsBelowExclusiveParents() throws {
    let errors = try Harness.errors(
      "OverlappingFieldsCanBeMerged",
      "{ pet { ... on Dog { a: mother { x: barks } } ... on Cat { a: nickname } } catOrDog { ... on Dog { "
        + "m: mother { x: barks } } ... on Cat { m: furColor } } }"
    )
    #expect(
      errors == [
        #"Fields "a" conflict because they return conflicting types "Dog" and "String". Use different "#
          + "aliases on the fields to fetch both if this was intentional. @1:22,1:60",
        #"Fields "m" conflict because they return conflicting types "Dog" and "FurColor". Use different "#
          + "aliases on the fields to fetch both if this was intentional. @1:100,1:138",
      ]
    )
  }

  @Test func comparesValuesByMeaning() throws {
    let errors = try Harness.errors(
      "OverlappingFieldsCanBeMerged",
      "{ complicatedArgs { a: complexArgField(complexArg: { requiredField: true, intField: 1 }) a: "
        + "complexArgField(complexArg: { intField: 1, requiredField: true }) b: stringArgField(stringArg: "
        + #""\u0061") b: stringArgField(stringArg: "a") c: stringListArgField(stringListArg: ["a", "b"]) c: "#
        + #"stringListArgField(stringListArg: ["b", "a"]) } }"#
    )
    #expect(
      errors == [
        #"Fields "c" conflict because they have differing arguments. Use different aliases on the fields "#
          + "to fetch both if this was intentional. @1:232,1:281"
      ]
    )
  }
}
