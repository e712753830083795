import JSON

/// Writes a report as `extensions.tracegate` of a response (docs/extensions.md).
enum ReportWriter {
  /// The value of `extensions` as JSON text.
  static func text(of report: ExecutionReport) -> [UInt8] {
    var json = JSONWriter()
    write(report, into: &json)
    return json.bytes
  }

  private static func write(_ report: ExecutionReport, into json: inout JSONWriter) {
    json.beginObject()
    json.key("tracegate")
    json.beginObject()
    json.key("planning")
    json.beginObject()
    write("milliseconds", report.planning.milliseconds, into: &json)
    json.endObject()
    json.key("execution")
    json.beginObject()
    write("milliseconds", report.execution.milliseconds, into: &json)
    write("cacheMilliseconds", report.cache.milliseconds, into: &json)
    write("databaseMilliseconds", report.database.milliseconds, into: &json)
    json.endObject()
    json.key("cost")
    if let cost = report.cost { json.int(Int64(cost)) } else { json.null() }
    json.key("fields")
    json.beginArray()
    for field in report.fields { write(field, into: &json) }
    json.endArray()
    json.endObject()
    json.endObject()
  }

  private static func write(_ field: ExecutionReport.Field, into json: inout JSONWriter) {
    json.beginObject()
    json.key("path")
    json.beginArray()
    json.string(field.responseName)
    json.endArray()
    json.key("field")
    json.string(field.coordinate)
    json.key("source")
    json.string(field.origin.source.rawValue)
    write("ageSeconds", field.origin.age.map { $0.milliseconds / 1000 }, into: &json)
    write("ttlSeconds", field.origin.remaining.map { $0.milliseconds / 1000 }, into: &json)
    write("milliseconds", field.origin.took.milliseconds, into: &json)
    json.key("rows")
    if let records = field.records { json.int(Int64(records)) } else { json.null() }
    if let computedFrom = field.computedFrom {
      json.key("computedFrom")
      json.string(computedFrom)
    }
    json.endObject()
  }

  private static func write(_ key: StaticString, _ value: Double?, into json: inout JSONWriter) {
    json.key(key)
    if let value { json.double(value) } else { json.null() }
  }
}

extension Duration {
  /// To the microsecond.
  var milliseconds: Double {
    let (seconds, attoseconds) = components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    return Double(microseconds) / 1000
  }
}
