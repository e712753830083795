internal import Database

/// Which traces of a batch to offer to the database: each id once, in the order of the ids' bytes.
struct TraceCandidates {
  /// Positions in the batch.
  private(set) var indices: [Int]
  /// The UTC days of their timestamps, in order.
  let days: [String]

  init(_ batch: [TraceInput], _ range: Range<Int>) {
    let ids = range.map { ByteText(batch[$0].traceID) }
    let sorted = range.sorted { left, right in
      let order = ids[left - range.lowerBound].compare(to: ids[right - range.lowerBound])
      return order == 0 ? left < right : order < 0
    }
    var indices: [Int] = []
    indices.reserveCapacity(sorted.count)
    for index in sorted {
      if let last = indices.last, ids[last - range.lowerBound] == ids[index - range.lowerBound] { continue }
      indices.append(index)
    }
    self.indices = indices
    let starts = Set(indices.map { batch[$0].timestamp.floored(toSeconds: TraceTimestamp.secondsPerDay) })
    days = starts.sorted().map(\.utcDate)
  }

  /// Those that are kept, and the positions of those from before the horizon.
  func split(at horizon: TraceTimestamp?, _ batch: [TraceInput]) -> (kept: TraceCandidates, late: [Int]) {
    guard let horizon else { return (self, []) }
    var kept = self
    kept.indices = indices.filter { batch[$0].timestamp >= horizon }
    return (kept, kept.indices.count == indices.count ? [] : indices.filter { batch[$0].timestamp < horizon }.sorted())
  }

  /// Claims the ids. A row comes back for each that was not known, in the order in which they were offered; an id that
  /// another transaction is about to claim makes this one wait for its end. The horizon is looked at once more: it may have
  /// moved since the partitions were made.
  func insertLocators(of batch: [TraceInput], workspace: UUIDBytes) -> SQLQuery {
    SQLQuery(
      Self.statement,
      [
        .text(workspace.description),
        .textArray(indices.map { batch[$0].traceID }),
        .text(arrayText(indices.map { String(batch[$0].timestamp.microseconds) })),
      ]
    )
  }

  private static let statement = SQLStatement(
    "insert_trace_locators",
    """
    INSERT INTO trace_locator (workspace_id, trace_id, "timestamp")
    SELECT $1::uuid, id, timestamptz 'epoch' + microseconds * interval '1 microsecond'
    FROM unnest($2::text[], $3::bigint[]) AS offered (id, microseconds)
    WHERE timestamptz 'epoch' + microseconds * interval '1 microsecond' >= (SELECT kept_from FROM trace_partitioning)
    ON CONFLICT DO NOTHING
    RETURNING trace_id
    """
  )

  /// The positions of the traces whose ids came back, in the order of their timestamps, which is that of the tables'
  /// indexes.
  func indices(returnedBy result: SQLResult, in batch: [TraceInput]) throws(DatabaseError) -> [Int] {
    var new = indices
    if result.rowCount != indices.count {
      new = []
      var row = 0
      for index in indices where row < result.rowCount {
        guard result.string(row, 0).map(ByteText.init) == ByteText(batch[index].traceID) else { continue }
        new.append(index)
        row += 1
      }
      guard row == result.rowCount else {
        throw DatabaseError(.misuse, "The database answered with other traces than were offered.")
      }
    }
    return new.sorted { (batch[$0].timestamp, $0) < (batch[$1].timestamp, $1) }
  }
}
