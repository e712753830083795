import HTTPTypes
import NIOCore
import Resolver
import Schema

@testable import Server

/// Answers everything at `/graphql`.
struct YesResponder: ImmediateAnswering {
  var body = "ok"

  /// In the place of the memory of answers.
  let kept = KeptAnswer(ExecutionResult(refused: GraphQLError("x", code: .badRequest)))

  func concerns(_ head: HTTPRequest) -> Bool { head.path == "/graphql" }

  func answer(_ head: HTTPRequest, body: ByteBuffer, peer: @autoclosure () -> String) -> ImmediateAnswer? {
    var fields = HTTPFields()
    if let name = HTTPField.Name("X-Way") { fields[name] = "parsed" }
    fields[.contentLength] = "\(self.body.utf8.count)"
    let response = HTTPResponse(status: .ok, headerFields: fields)
    let bytes = ByteBuffer(string: self.body)
    return ImmediateAnswer(head: response, body: bytes, isLast: false) {
      RepeatableAnswer(
        request: head,
        proof: .contextHeaders(Principal(workspaceID: .none, userID: "u")),
        answer: kept,
        head: AnswerHead(response, requestID: nil),
        coding: nil
      )
    }
  }

  func repeated(
    _ known: RepeatableAnswer,
    peer: @autoclosure () -> String
  ) -> (head: ByteBuffer, body: ByteBuffer)? {
    (ByteBuffer(string: "HTTP/1.1 200 OK\r\nX-Way: repeated\r\n\r\n"), ByteBuffer(string: body))
  }
}
