import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

extension ResponseCompression {
  /// Compresses the body of a response where that pays. A body that cannot be read goes as it is.
  func apply(to response: inout Response, acceptEncoding: String?) async {
    guard concerns(response.headers, length: response.body.contentLength) else { return }
    guard ContentCoding.forResponse(acceptEncoding) != nil else {
      response.headers.appendVary("Accept-Encoding")
      return
    }
    let collected = CollectedBody()
    guard (try? await response.body.write(CollectingWriter(body: collected))) != nil else { return }
    var fields = response.headers
    let body = encode(collected.bytes, &fields, acceptEncoding: acceptEncoding)
    response = Response(status: response.status, headers: fields, bytes: body)
  }
}

/// Takes a response's body instead of the network.
private final class CollectedBody: Sendable {
  private let state = Mutex<[UInt8]>([])

  var bytes: [UInt8] { state.withLock { $0 } }

  func append(_ buffer: ByteBuffer) {
    state.withLock { $0 += buffer.readableBytesView }
  }
}

private struct CollectingWriter: ResponseBodyWriter {
  let body: CollectedBody

  mutating func write(_ buffer: ByteBuffer) async throws {
    body.append(buffer)
  }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
