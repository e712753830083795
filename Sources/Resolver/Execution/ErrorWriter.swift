import JSON
import Schema

/// Writes errors as the `errors` entry of a response (spec section 7.1.6).
enum ErrorWriter {
  static func write(_ errors: [GraphQLError], into json: inout JSONWriter) {
    json.beginArray()
    for error in errors { write(error, into: &json) }
    json.endArray()
  }

  /// The list as JSON text.
  static func text(of errors: [GraphQLError]) -> [UInt8] {
    var json = JSONWriter()
    write(errors, into: &json)
    return json.bytes
  }

  private static func write(_ error: GraphQLError, into json: inout JSONWriter) {
    json.beginObject()
    json.key("message")
    json.string(error.message)
    if !error.locations.isEmpty { write(error.locations, into: &json) }
    if let path = error.path { write(path, into: &json) }
    json.key("extensions")
    json.beginObject()
    json.key("code")
    json.string(error.code.rawValue)
    json.endObject()
    json.endObject()
  }

  private static func write(_ locations: [SourceLocation], into json: inout JSONWriter) {
    json.key("locations")
    json.beginArray()
    for location in locations {
      json.beginObject()
      json.key("line")
      json.int(Int64(location.line))
      json.key("column")
      json.int(Int64(location.column))
      json.endObject()
    }
    json.endArray()
  }

  private static func write(_ path: [PathElement], into json: inout JSONWriter) {
    json.key("path")
    json.beginArray()
    for element in path {
      switch element {
      case .key(let name): json.string(name)
      case .index(let index): json.int(Int64(index))
      }
    }
    json.endArray()
  }
}
