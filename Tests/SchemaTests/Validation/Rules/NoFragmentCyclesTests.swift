import Schema
import Testing

@Suite struct NoFragmentCyclesTests {
  @Test func acceptsRepeatedSpreads() throws {
    let errors = try Harness.errors(
      "NoFragmentCycles",
      "{ dog { ...A ...B } } fragment A on Dog { ...B } fragment B on Dog { name }"
    )
    #expect(errors.isEmpty)
  }

  @Test func rejectsFragmentInItself() throws {
    let errors = try Harness.errors(
      "NoFragmentCycles",
      "{ dog { ...A } } fragment A on Dog { mother { ...A } }"
    )
    #expect(
      errors == [
        #"Cannot spread fragment "A" within itself. @1:47"#
      ]
    )
  }

  @Test func rejectsLongCycle() throws {
    let errors = try Harness.errors(
      "NoFragmentCycles",
      "{ dog { ...A } } fragment A on Dog { ...B } fragment B on Dog { ...C } fragment C on Dog { ...A }"
    )
    #expect(
      errors == [
        #"Cannot spread fragment "A" within itself via "B", "C". @1:38,1:65,1:92"#
      ]
    )
  }

  @Test func reportsEachCycle() throws {
    let errors = try Harness.errors(
      "NoFragmentCycles",
      "{ dog { ...A } } fragment A on Dog { ...B ...A } fragment B on Dog { ...A ...B }"
    )
    #expect(
      errors == [
        #"Cannot spread fragment "A" within itself via "B". @1:38,1:70"#,
        #"Cannot spread fragment "A" within itself. @1:43"#,
        #"Cannot spread fragment "B" within itself. @1:75"#,
      ]
    )
  }
}
