import Database
import JSON

/// Cells of a result as JSON values, copied as bytes. NULL is written `null`.
extension JSONWriter {
  /// Text.
  mutating func string(_ rows: SQLResult, _ row: Int, _ column: Int) {
    guard !rows.isNull(row, column) else { return null() }
    unsafe rows.withBytes(row, column) { unsafe string(utf8: $0) }
  }

  /// An integer, or JSON that PostgreSQL has written.
  mutating func raw(_ rows: SQLResult, _ row: Int, _ column: Int) {
    guard !rows.isNull(row, column) else { return null() }
    unsafe rows.withBytes(row, column) { unsafe raw($0) }
  }

  /// A `numeric` with its digits. `NaN` and infinities, which JSON does not have, are written `null`.
  mutating func decimal(_ rows: SQLResult, _ row: Int, _ column: Int) {
    let isFinite = unsafe rows.withBytes(row, column) { bytes in
      unsafe bytes.last.map { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ?? false
    }
    isFinite ? raw(rows, row, column) : null()
  }

  /// An instant from microseconds since the epoch (``SQLText/microseconds(_:)``).
  mutating func instant(_ rows: SQLResult, _ row: Int, _ column: Int) {
    guard let microseconds = rows.int(row, column) else { return null() }
    instant(Instant(microseconds: microseconds))
  }

  mutating func instant(_ instant: Instant) {
    string(instant.text)
  }
}

/// Pieces of SQL text.
enum SQLText {
  /// Where what is kept of traces and minutes begins, in microseconds; NULL when all are.
  static let keptFrom =
    "(SELECT \(microseconds("kept_from")) FROM trace_partitioning WHERE kept_from > '-infinity')"

  /// Microseconds since the epoch, exact: `extract` computes in `numeric`.
  static func microseconds(_ column: String) -> String {
    "(extract(epoch FROM \(column)) * 1000000)::bigint"
  }
}
