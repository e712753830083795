import Testing

@testable import Resolver

@Suite struct ActivityIDTests {
  /// `printf 'activity/11111111-1111-4111-8111-111111111111/trace_ingested/old' | sha256sum`, with version 8 and variant 10.
  static let oldTrace = "2675f395-ab75-8443-bb7c-e1dabc657056"

  @Test func isDerivedAndNeverChanges() {
    let id = ActivityID.make(workspace: TraceSample.first, action: "trace_ingested", traceID: "old")
    #expect(id == Self.oldTrace)
  }

  @Test func isAWellFormedUUIDOfVersion8() {
    for number in 0..<1000 {
      let id = ActivityID.make(workspace: TraceSample.first, action: "trace_ingested", traceID: "t/\(number)")
      #expect(WorkspaceID(id)?.text == id)
      #expect(Array(id)[14] == "8")
      #expect("89ab".contains(Array(id)[19]))
    }
  }

  @Test func differsByWorkspaceActionAndTrace() {
    let ids = [TraceSample.first, TraceSample.second].flatMap { workspace in
      ["a", "b"].flatMap { action in
        ["t", "u", "", "a/t"].map { ActivityID.make(workspace: workspace, action: action, traceID: $0) }
      }
    }
    #expect(Set(ids).count == ids.count)
  }
}
