import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `StaticHummingbird PORT FILE`: answers `POST /graphql` with the file, through the framework's router.
@main
enum StaticHummingbird {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let port = Int(arguments[1]) else {
      throw ArgumentError("takes a port and a file")
    }
    let body = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: arguments[2])))
    let router = Router()
    router.post("/graphql") { request, _ in
      _ = try await request.body.collect(upTo: 1 << 20)
      return Response(
        status: .ok,
        headers: [.contentType: "application/json; charset=utf-8"],
        body: ResponseBody(byteBuffer: body)
      )
    }
    let application = Application(
      router: router,
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: nil)
    )
    try await application.runService()
  }
}

struct ArgumentError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
