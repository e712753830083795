/// One numbered step of a database's schema, applied once and never edited afterwards.
///
/// Versions count from 1 within a set; `Migrator` refuses a list with gaps. The text may hold several statements;
/// it runs in one transaction, so it must not contain statements that refuse one (`CREATE INDEX CONCURRENTLY`, …).
public struct Migration: Sendable, Hashable {
  /// Which schema the step belongs to. Both sets may live in one database.
  public enum Set: String, Sendable, Hashable, CaseIterable {
    case telemetry
    case platform
  }

  public let set: Set
  public let version: Int
  public let name: String
  public let sql: String

  public init(set: Set, version: Int, name: String, sql: String) {
    self.set = set
    self.version = version
    self.name = name
    self.sql = sql
  }

  /// FNV-1a (64 bits, 16 hex digits) over the SQL text: notices an edit of an applied step, is no proof against malice.
  public var checksum: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in sql.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension Migration {
  /// The schema of `TIMESCALE_URL`: traces, spans, rollups, alerts.
  public static let telemetry: [Migration] = [
    telemetryTables, telemetryPartitions, telemetryReads, telemetryRollups, telemetryNarrowRollups, telemetryTimescale,
    telemetryRetention, telemetryPrices, telemetryPages,
  ]

  /// The schema of `POSTGRES_URL`: workspaces, users, API keys.
  public static let platform: [Migration] = [platformTables]
}
