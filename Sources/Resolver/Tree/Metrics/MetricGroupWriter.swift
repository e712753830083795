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
    let row = ranges[place]?.lowerBound ?? 0
    writer.metricKeys(isOther ? [] : request.dimensions, rows, row, at: MetricsStatement.Column.keys)
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

extension JSONWriter {
  /// The member `keys` of a group: a name for each dimension, or null for what has none.
  mutating func metricKeys(_ dimensions: [MetricDimension], _ rows: SQLResult, _ row: Int, at start: Int) {
    key("keys")
    beginArray()
    for (index, dimension) in dimensions.enumerated() {
      beginObject()
      key("dimension")
      string(dimension.rawValue)
      key("value")
      if rows.string(row, start + index)?.isEmpty == true { null() } else { string(rows, row, start + index) }
      endObject()
    }
    endArray()
  }
}
