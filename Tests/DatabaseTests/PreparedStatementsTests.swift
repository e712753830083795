import Testing

@testable import Database

struct PreparedStatementsTests {
  private let one = SQLStatement("one", "SELECT 1")
  private let two = SQLStatement("two", "SELECT 2")

  @Test func preparesOnceABatchAndThenNoMore() {
    var statements = PreparedStatements()
    #expect(
      statements.plan([one, two, one]) == [
        .prepare(serverName: "one~1", text: "SELECT 1", name: "one"),
        .execute(serverName: "one~1", query: 0, prepared: 0),
        .prepare(serverName: "two~2", text: "SELECT 2", name: "two"),
        .execute(serverName: "two~2", query: 1, prepared: 1),
        .execute(serverName: "one~1", query: 2, prepared: 0),
      ]
    )
    statements.confirm("one", serverName: "one~1")
    statements.confirm("two", serverName: "two~2")
    statements.forgetUnconfirmed(among: ["one", "two", "one"])
    #expect(statements.plan([two]) == [.execute(serverName: "two~2", query: 0, prepared: nil)])
  }

  @Test func whatWasNotConfirmedIsPreparedAgain() {
    var statements = PreparedStatements()
    _ = statements.plan([one])
    statements.forgetUnconfirmed(among: ["one"])
    #expect(statements.plan([one]).first == .prepare(serverName: "one~2", text: "SELECT 1", name: "one"))
  }

  @Test func anotherTextUnderTheSameNameReplacesTheFirst() {
    var statements = PreparedStatements()
    _ = statements.plan([one])
    statements.confirm("one", serverName: "one~1")
    let other = SQLStatement("one", "SELECT 11")
    #expect(
      statements.plan([other]) == [
        .deallocate(serverName: "one~1"), .prepare(serverName: "one~2", text: "SELECT 11", name: "one"),
        .execute(serverName: "one~2", query: 0, prepared: 0),
      ]
    )
  }

  @Test func theLeastRecentlyUsedMakesRoom() {
    var statements = PreparedStatements(capacity: 2)
    for statement in [one, two, one] {
      _ = statements.plan([statement])
      statements.confirm("one", serverName: "one~1")
      statements.confirm("two", serverName: "two~2")
    }
    #expect(statements.plan([SQLStatement("three", "SELECT 3")]).first == .deallocate(serverName: "two~2"))
    #expect(statements.count == 2)
  }

  @Test func serverNamesAreShortAndHarmless() {
    var statements = PreparedStatements()
    let name = String(repeating: "x\"é ", count: 30)
    guard case .prepare(let serverName, _, _) = statements.plan([SQLStatement(name, "SELECT 1")]).first else {
      Issue.record("expected a prepare")
      return
    }
    #expect(serverName == String(repeating: "x___", count: 8) + "~1")
  }
}
