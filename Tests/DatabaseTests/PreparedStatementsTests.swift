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

  /// Texts may be long: 256 of them need not fit.
  @Test func theirTextsTogetherHaveASize() {
    var statements = PreparedStatements(byteCapacity: 40)
    let names = ["a", "b", "c", "d"]
    for (number, name) in names.enumerated() {
      _ = statements.plan([SQLStatement(name, "SELECT \(number)  ")])
      statements.confirm(name, serverName: "\(name)~\(number + 1)")
    }
    #expect(statements.count == 4 && statements.bytes == 40)
    let long = SQLStatement("e", "SELECT 'a long text of SQL'")
    #expect(
      statements.plan([long]).prefix(3) == [
        .deallocate(serverName: "a~1"), .deallocate(serverName: "b~2"), .deallocate(serverName: "c~3"),
      ]
    )
    #expect(statements.count == 2 && statements.bytes == 37)
    statements.forgetUnconfirmed(among: ["e"])
    #expect(statements.count == 1 && statements.bytes == 10)
    // One that does not fit at all has the connection for itself.
    let huge = SQLStatement("f", "SELECT '\(String(repeating: "x", count: 100))'")
    #expect(statements.plan([huge]).count == 3 && statements.count == 1)
    statements.forget("f")
    #expect(statements.bytes == 0)
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
