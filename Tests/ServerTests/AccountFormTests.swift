import HTTPTypes
import Testing

@testable import Server

@Suite struct AccountFormTests {
  private func issues(_ body: String) throws -> [String] {
    do {
      _ = try RegistrationForm(Array(body.utf8))
      return []
    } catch {
      guard case .issues(let issues) = error.detail else { return ["\(error)"] }
      #expect(error.status == .unprocessableContent)
      return issues.map { "\($0.location.joined(separator: "."))|\($0.type)|\($0.message)" }
    }
  }

  @Test func readsARegistration() throws {
    let form = try RegistrationForm(
      Array(
        #"{"email":"Ann@Example.com","password":"pässword1","full_name":" Ann Lee ","workspace_name":"Acme"}"#.utf8
      )
    )
    #expect(form.email == "Ann@Example.com")
    #expect(form.password == "pässword1")
    #expect(form.fullName == "Ann Lee")
  }

  @Test func reportsEveryMemberThatIsWrong() throws {
    #expect(
      try issues(#"{"email":"nobody","password":"short","full_name":"","workspace_name":7}"#) == [
        "body.email|value_error|value is not a valid email address",
        "body.password|string_too_short|String should have at least 8 characters",
        "body.full_name|string_too_short|String should have at least 1 character",
        "body.workspace_name|string_type|Input should be a valid string",
      ]
    )
    #expect(
      try issues("{}") == [
        "body.email|missing|Field required", "body.password|missing|Field required",
        "body.full_name|missing|Field required", "body.workspace_name|missing|Field required",
      ]
    )
  }

  @Test func neverEchoesAPassword() throws {
    let problem = #expect(throws: Problem.self) {
      try RegistrationForm(
        Array(#"{"email":"a@b.example","password":"hunter2","full_name":"A","workspace_name":"B"}"#.utf8)
      )
    }
    let body = problem.map { String(decoding: ErrorMapping.detailBody(of: $0), as: UTF8.self) } ?? "hunter2"
    #expect(!body.contains("hunter2"))
  }

  @Test func refusesPasswordsThatBcryptWouldCut() throws {
    let long = String(repeating: "é", count: 37)
    #expect(
      try issues(#"{"email":"a@b.example","password":"\#(long)","full_name":"A","workspace_name":"B"}"#) == [
        "body.password|string_too_long|String should have at most 72 bytes in UTF-8"
      ]
    )
    #expect(
      try issues(#"{"email":"a@b.example","password":"pass\u0000word","full_name":"A\u0007","workspace_name":"B"}"#)
        == [
          "body.password|value_error|String should not contain NUL",
          "body.full_name|value_error|String should not contain control characters",
        ]
    )
  }

  @Test(arguments: ["", "[1]", "{\"email\":", "{\"email\":\"a\",\"email\":\"b\"}"])
  func refusesWhatIsNoJSONObject(body: String) {
    let problem = #expect(throws: Problem.self) { try LoginForm(Array(body.utf8)) }
    #expect(problem?.status == .unprocessableContent)
  }

  @Test(
    arguments: zip(
      [
        "a@b.example", "first.last+tag@sub.domain.co", "ü@exämple.de", "a@b", "@b.example", "a@", "a b@c.example",
        "a@b..example", "a@-b.example", ".a@b.example", "a@b@c.example", "a\u{0}@b.example", "a@b.exa mple", "",
      ],
      [true, true, true, false, false, false, false, false, false, false, false, false, false, false]
    )
  )
  func judgesTheFormOfAnAddress(text: String, isPlausible: Bool) {
    #expect(EmailAddress.isPlausible(text) == isPlausible)
  }
}
