import Database
import JSON

/// Writes totals and series of groups out of the rows of a statement, which are in order of place and bucket.
struct MetricGroupWriter {
  let rows: SQLResult
  let values: MetricValues
  let buckets: MetricBuckets?
  /// The rows of each group, the whole window first; nil is all groups together.
  private let ranges: [Int64?: Range<Int>]
  /// The groups in order.
  let places: [Int64]

  init(rows: SQLResult, values: MetricValues, buckets: MetricBuckets?) {
    self.rows = rows
    self.values = values
    self.buckets = buckets
    var ranges: [Int64?: Range<Int>] = [:]
    var places: [Int64] = []
    for row in 0..<rows.rowCount {
      let place = rows.int(row, MetricsStatement.Column.place)
      if let range = ranges[place] {
        ranges[place] = range.lowerBound..<row + 1
      } else {
        ranges[place] = row..<row + 1
        if let place { places.append(place) }
      }
    }
    self.ranges = ranges
    self.places = places
  }

  /// The members `keys` and `is_other`.
  func writeKeys(_ request: MetricsRequest, place: Int64, into writer: inout JSONWriter) {
    let isOther = place > request.top
    writer.key("keys")
    writer.beginArray()
    if let row = ranges[place]?.lowerBound, !isOther {
      for (index, dimension) in request.dimensions.enumerated() {
        writer.beginObject()
        writer.key("dimension")
        writer.string(dimension.rawValue)
        writer.key("value")
        let value = rows.string(row, MetricsStatement.Column.keys + index) ?? ""
        if value.isEmpty { writer.null() } else { writer.string(value) }
        writer.endObject()
      }
    }
    writer.endArray()
    writer.key("is_other")
    writer.bool(isOther)
  }

  /// The members `totals` and `series`.
  func write(place: Int64?, into writer: inout JSONWriter) {
    let range = ranges[place] ?? 0..<0
    writer.key("totals")
    values.write(range.isEmpty ? nil : rows, range.lowerBound, into: &writer)
    writer.key("series")
    writer.beginArray()
    if let buckets { writeSeries(buckets, range.dropFirst(), into: &writer) }
    writer.endArray()
  }

  private func writeSeries(_ buckets: MetricBuckets, _ range: Range<Int>, into writer: inout JSONWriter) {
    var row = range.lowerBound
    for bucket in 0..<buckets.count {
      writer.beginObject()
      writer.key("from")
      writer.instant(buckets.edges[bucket])
      writer.key("to")
      writer.instant(buckets.edges[bucket + 1])
      writer.key("values")
      let isHere = row < range.upperBound && rows.int(row, MetricsStatement.Column.bucket) == Int64(bucket)
      values.write(isHere ? rows : nil, row, into: &writer)
      if isHere { row += 1 }
      writer.endObject()
    }
  }
}
