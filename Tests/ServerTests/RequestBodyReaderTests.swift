import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import Server

@Suite struct RequestBodyReaderTests {
  /// A client that goes away in the middle is no failure of ours, which would be logged as one.
  @Test(arguments: [IOError(errnoCode: 104, reason: "read") as any Error, ChannelError.inputClosed])
  func saysThatTheClientWentAway(error: any Error) async throws {
    let bytes = AsyncThrowingStream<ByteBuffer, any Error> { continuation in
      continuation.yield(ByteBuffer(string: "{"))
      continuation.finish(throwing: error)
    }
    let head = HTTPRequest(method: .post, scheme: "http", authority: "x", path: "/graphql")
    let request = Request(head: head, body: RequestBody(asyncSequence: bytes))
    let problem = await #expect(throws: Problem.self) {
      try await RequestBodyReader(limit: 100, deadline: .seconds(5)).read(request)
    }
    #expect(problem == ErrorMapping.incompleteBody)
  }
}
