import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Schema

/// Reads whole request bodies within a size and a time.
struct RequestBodyReader: Sendable {
  /// Bytes.
  let limit: Int
  /// For the whole body, so that a client which sends a byte now and then does not hold a place.
  let deadline: Duration

  /// The body's bytes, copied once out of the network buffers, their content coding undone. Neither what comes nor what
  /// it unpacks to may be larger than ``limit``.
  func read(_ request: Request) async throws -> [UInt8] {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw ErrorMapping.bodyTooLarge
    }
    let coding = try ContentCoding.ofRequest(request.headers[.contentEncoding])
    let bytes = try await received(request)
    guard let coding else { return bytes }
    do throws(Decompression.Failure) {
      return try Decompression.decode(bytes, from: coding, limit: limit)
    } catch {
      throw error == .tooLarge ? ErrorMapping.bodyTooLarge : ErrorMapping.undecodableBody(coding)
    }
  }

  private func received(_ request: Request) async throws -> [UInt8] {
    let body = request.body
    let limit = limit
    do {
      let buffer = try await Deadline.run(within: deadline) { try await body.collect(upTo: limit) }
      return Array(buffer: buffer)
    } catch is Deadline.Exceeded {
      throw ErrorMapping.bodyTooSlow
    } catch is NIOTooManyBytesError {
      throw ErrorMapping.bodyTooLarge
    } catch is HTTPParserError {
      throw ErrorMapping.malformedBody
    } catch  where error is IOError || error is ChannelError {
      // The client has gone, and nobody will see the answer; it is no fault of ours that would have to be logged.
      throw ErrorMapping.incompleteBody
    }
  }
}
