internal import CPostgres

/// The rows of one statement, in text format, as they arrived: cells are views into libpq's buffer, nothing is copied
/// until asked.
///
/// Row and column count from 0; one outside the result is a mistake of the program and stops it.
public struct SQLResult: Sendable {
  private let storage: ResultStorage

  /// Takes over a PGresult that holds rows or a finished command.
  init(taking result: OpaquePointer) {
    storage = unsafe ResultStorage(taking: result)
  }

  public var rowCount: Int { storage.rowCount }
  public var columnCount: Int { storage.columnCount }

  /// Rows inserted, updated, deleted, copied or selected, by the command's tag; 0 where a command has no such number.
  public var affectedRows: Int { storage.affectedRows }

  /// The command's tag, as in `INSERT 0 3` or `COMMIT`.
  public var commandTag: String { storage.commandTag }

  public func isNull(_ row: Int, _ column: Int) -> Bool {
    storage.isNull(row, column)
  }

  /// The cell's text, empty for NULL. The buffer is valid during the call only.
  public func withBytes<R, E: Error>(
    _ row: Int,
    _ column: Int,
    _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try unsafe body(storage.bytes(row, column))
  }

  /// nil for NULL.
  public func string(_ row: Int, _ column: Int) -> String? {
    isNull(row, column) ? nil : unsafe String(decoding: storage.bytes(row, column), as: UTF8.self)
  }

  /// nil for NULL and for what is no integer of 64 bits.
  public func int(_ row: Int, _ column: Int) -> Int64? {
    unsafe Self.parseInteger(storage.bytes(row, column))
  }

  /// nil for NULL and for what is no boolean.
  public func bool(_ row: Int, _ column: Int) -> Bool? {
    let bytes = unsafe storage.bytes(row, column)
    guard bytes.count == 1 else { return nil }
    switch unsafe bytes[0] {
    case UInt8(ascii: "t"): return true
    case UInt8(ascii: "f"): return false
    default: return nil
    }
  }

  /// nil for NULL and for what is no number. For statistics; money stays text.
  public func double(_ row: Int, _ column: Int) -> Double? {
    string(row, column).flatMap(Double.init)
  }

  private static func parseInteger(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let first = unsafe bytes.first else { return nil }
    let isNegative = first == UInt8(ascii: "-")
    let digits = unsafe bytes.dropFirst(isNegative ? 1 : 0)
    guard unsafe !digits.isEmpty else { return nil }
    // Counted below zero, where the range is larger by one.
    var value: Int64 = 0
    for index in unsafe digits.indices {
      let byte = unsafe digits[index]
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (difference, tooSmall) = product.subtractingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
      guard !tooLarge, !tooSmall else { return nil }
      value = difference
    }
    guard !isNegative else { return value }
    return value == .min ? nil : -value
  }
}

/// Owns a PGresult and clears it with the last copy of the result.
///
/// Unchecked Sendable: a PGresult is read-only once libpq handed it out and may be used by any thread (PostgreSQL 15
/// manual, 34.20).
@safe
private final class ResultStorage: @unchecked Sendable {
  private let pointer: OpaquePointer
  let rowCount: Int
  let columnCount: Int

  init(taking pointer: OpaquePointer) {
    unsafe self.pointer = unsafe pointer
    rowCount = unsafe Int(PQntuples(pointer))
    columnCount = unsafe Int(PQnfields(pointer))
  }

  deinit {
    unsafe PQclear(pointer)
  }

  var affectedRows: Int {
    unsafe PQcmdTuples(pointer).flatMap { unsafe Int(String(cString: $0)) } ?? 0
  }

  var commandTag: String {
    unsafe PQcmdStatus(pointer).map { unsafe String(cString: $0) } ?? ""
  }

  func isNull(_ row: Int, _ column: Int) -> Bool {
    check(row, column)
    return unsafe PQgetisnull(pointer, Int32(row), Int32(column)) != 0
  }

  func bytes(_ row: Int, _ column: Int) -> UnsafeBufferPointer<UInt8> {
    check(row, column)
    let length = unsafe Int(PQgetlength(pointer, Int32(row), Int32(column)))
    guard length > 0, let start = unsafe PQgetvalue(pointer, Int32(row), Int32(column)) else {
      return unsafe UnsafeBufferPointer(start: nil, count: 0)
    }
    return unsafe UnsafeBufferPointer(
      start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self),
      count: length
    )
  }

  private func check(_ row: Int, _ column: Int) {
    precondition(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
    precondition(column >= 0 && column < columnCount, "column \(column) of \(columnCount)")
  }
}
