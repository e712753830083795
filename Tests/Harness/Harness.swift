import EngineHarness
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Schema

/// Serves any schema with a fixed wiring, for conformance suites: `POST /execute {schema, query, variables?,
/// operationName?}` answers the GraphQL result; a schema that is not valid answers its errors.
@main
struct Harness {
  static func main() async throws {
    let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8099
    let router = Router()
    router.post("/execute") { request, _ -> Response in
      var request = request
      let body = try await request.collectBody(upTo: 16 << 20)
      return response(await execute(Array(buffer: body)))
    }
    router.get("/health") { _, _ in "ok" }
    var logger = Logger(label: "gqlharness")
    logger.logLevel = .warning
    let application = Application(
      router: router,
      configuration: .init(address: .hostname("127.0.0.1", port: port)),
      onServerRunning: { _ in print("gqlharness listens on http://127.0.0.1:\(port)/execute") },
      logger: logger
    )
    try await application.runService()
  }

  private static func response(_ body: [UInt8]) -> Response {
    Response(
      status: .ok,
      headers: [.contentType: "application/graphql-response+json; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(bytes: body))
    )
  }

  private static func execute(_ body: [UInt8]) async -> [UInt8] {
    do {
      let request = try JSONDocument(parsing: body, maxDepth: 512).root
      guard let sdl = request["schema"]?.string, request["query"]?.string != nil else {
        return failure(["Expected {schema, query, variables?, operationName?}, schema and query being strings."])
      }
      let engine = try HarnessEngine(sdl: sdl, logger: Logger(label: "gqlharness"))
      return try await engine.execute(request)
    } catch let error as SchemaErrors {
      return failure(error.errors.map(\.message))
    } catch {
      return failure(["\(error)"])
    }
  }

  private static func failure(_ messages: [String]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("errors")
    writer.beginArray()
    for message in messages {
      writer.beginObject()
      writer.key("message")
      writer.string(message)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}
