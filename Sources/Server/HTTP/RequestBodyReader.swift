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

  /// The body's bytes, copied once out of the network buffers.
  func read(_ request: Request) async throws -> [UInt8] {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw ErrorMapping.bodyTooLarge
    }
    if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
      throw ErrorMapping.text(.unsupportedMediaType, "The Content-Encoding is not supported", .badRequest)
    }
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
    }
  }
}
