import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
  /// A JSON body, copied once.
  init(status: HTTPResponse.Status = .ok, json: [UInt8], mediaType: String = "application/json") {
    self.init(
      status: status,
      headers: [.contentType: mediaType],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: json))
    )
  }

  /// `{"detail": …}` with the status and header fields that go with it.
  init(_ problem: Problem) {
    self.init(status: problem.status, json: ErrorMapping.detailBody(of: problem))
    headers.append(contentsOf: ErrorMapping.fields(of: problem))
  }

  /// A body whose header fields are all decided.
  init(status: HTTPResponse.Status, headers: HTTPFields, bytes: [UInt8]) {
    self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
