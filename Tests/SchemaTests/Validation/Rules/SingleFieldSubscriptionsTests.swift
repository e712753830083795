import Schema
import Testing

@Suite struct SingleFieldSubscriptionsTests {
  @Test func acceptsOneField() throws {
    let errors = try Harness.errors(
      "SingleFieldSubscriptions",
      "subscription S { newDog { name } }"
    )
    #expect(errors.isEmpty)
  }

  @Test func acceptsOneFieldThroughFragments() throws {
    let errors = try Harness.errors(
      "SingleFieldSubscriptions",
      "subscription S { ...F ... on Subscription { newDog { name } } } fragment F on Subscription { newDog "
        + "{ name } ...F }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsTwoFields() throws {
    let errors = try Harness.errors(
      "SingleFieldSubscriptions",
      "subscription S { newDog { name } otherDog { name } }"
    )
    #expect(
      errors == [
        #"Subscription "S" must select only one top level field. @1:34"#
      ]
    )
  }

  @Test func rejectsAnonymousWithTwoFields() throws {
    let errors = try Harness.errors(
      "SingleFieldSubscriptions",
      "subscription { newDog { name } a: newDog { name } a: newDog { name } }"
    )
    #expect(
      errors == [
        "Anonymous Subscription must select only one top level field. @1:32,1:51"
      ]
    )
  }

  @Test func rejectsIntrospection() throws {
    let errors = try Harness.errors(
      "SingleFieldSubscriptions",
      "subscription S { __typename }"
    )
    #expect(
      errors == [
        #"Subscription "S" must not select an introspection top level field. @1:18"#
      ]
    )
  }

  @Test func rejectsConditions() throws {
    let errors = try Harness.errors(
      "SingleFieldSubscriptions",
      "subscription S($a: Boolean!) { newDog @include(if: $a) { name } ...F @skip(if: $a) } fragment F on "
        + "Subscription { newDog { name } }"
    )
    #expect(
      errors == [
        #"Subscription "S" must not use `@skip` or `@include` directives in the top level selection. "#
          + "@1:39,1:70"
      ]
    )
  }
}
