import JSON
import Schema

/// The answers as JSON.
enum Verdict {
  /// `{printed}`
  static func printed(_ text: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("printed")
    writer.string(text)
    writer.endObject()
    return writer.bytes
  }

  static func failure(_ message: String) -> [UInt8] {
    error(GraphQLError(message, code: .badRequest))
  }

  /// `{error: {…}}`
  static func error(_ error: GraphQLError) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("error")
    write(error, to: &writer)
    writer.endObject()
    return writer.bytes
  }

  /// `{errors: […]}`
  static func errors(_ errors: [GraphQLError]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("errors")
    writer.beginArray()
    for error in errors { write(error, to: &writer) }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }

  /// `{message, code, rule?, locations: [[line, column]]}`
  private static func write(_ error: GraphQLError, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("message")
    writer.string(error.message)
    writer.key("code")
    writer.string(error.code.rawValue)
    if let rule = error.rule {
      writer.key("rule")
      writer.string(rule)
    }
    writer.key("locations")
    writer.beginArray()
    for place in error.locations {
      writer.beginArray()
      writer.int(Int64(place.line))
      writer.int(Int64(place.column))
      writer.endArray()
    }
    writer.endArray()
    writer.endObject()
  }
}
