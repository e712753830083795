internal import CPostgres
internal import Glibc

/// Keywords and values for `PQconnectdbParams`, made once from a pool's configuration.
struct ConnectionParameters: Sendable {
  private let keywords: [String]
  private let values: [String]

  /// A keyword that comes later wins (PostgreSQL 15 manual, 34.1): ours before the URL are defaults, `options` after it
  /// is a must, with the URL's own options in front of ours.
  init(_ configuration: PoolConfiguration) throws(DatabaseError) {
    let given = try Self.options(inURL: configuration.url)
    let parameters: [(String, String)] = [
      ("application_name", configuration.applicationName),
      ("connect_timeout", String(max(2, configuration.connectTimeout.roundedUpSeconds))),
      ("keepalives_idle", "30"),
      ("keepalives_interval", "5"),
      ("keepalives_count", "3"),
      ("dbname", configuration.url),
      ("client_encoding", "UTF8"),
      ("options", ([given].compactMap(\.self) + Self.settings(configuration)).joined(separator: " ")),
    ]
    keywords = parameters.map(\.0)
    values = parameters.map(\.1)
  }

  /// Texts of instants and intervals must not depend on the server's configuration.
  private static func settings(_ configuration: PoolConfiguration) -> [String] {
    var settings = ["-c TimeZone=UTC", "-c DateStyle=ISO", "-c IntervalStyle=iso_8601", "-c bytea_output=hex"]
    if let timeout = configuration.statementTimeout {
      settings.append("-c statement_timeout=\(timeout.roundedUpMilliseconds)")
    }
    if configuration.readOnly {
      settings.append("-c default_transaction_read_only=on")
      // Partitions are pruned when the bounds are known. Weighing a generic plan, which knows none, costs each
      // connection 100 ms at the sixth run of a statement over 400 partitions.
      settings.append("-c plan_cache_mode=force_custom_plan")
      // A server that compiles plans spends hundreds of milliseconds on statements of many tiles that take a few.
      settings.append("-c jit=off")
    }
    return settings
  }

  /// The `options` that the URL itself asks for. Throws when libpq cannot read the URL.
  private static func options(inURL url: String) throws(DatabaseError) -> String? {
    var reason: UnsafeMutablePointer<CChar>?
    let parsed = unsafe url.contains("=") || url.contains("://") ? PQconninfoParse(url, &reason) : nil
    guard let parsed = unsafe parsed else {
      defer { unsafe PQfreemem(reason) }
      let detail = unsafe reason.map { unsafe String(cString: $0) } ?? "neither a URL nor key=value pairs"
      throw DatabaseError(.configuration, "The database URL cannot be read.", detail: withoutQuotedParts(detail))
    }
    defer { unsafe PQconninfoFree(parsed) }
    var option = unsafe parsed
    while let keyword = unsafe option.pointee.keyword {
      if unsafe String(cString: keyword) == "options" {
        return unsafe option.pointee.val.map { unsafe String(cString: $0) }
      }
      unsafe option += 1
    }
    return nil
  }

  /// libpq quotes pieces of the URL in its complaints, and one of them may hold the password.
  private static func withoutQuotedParts(_ text: String) -> String {
    text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .map { $0.offset.isMultiple(of: 2) ? String($0.element) : "…" }
      .joined(separator: "\"")
  }

  /// Connects, and blocks meanwhile: looking up host names has no non-blocking form in libpq, and TLS and
  /// authentication are then libpq's affair as well.
  func connect() throws(DatabaseError) -> PostgresHandle {
    guard let connection = unsafe openConnection() else {
      throw .unavailable(detail: "out of memory")
    }
    guard unsafe PQstatus(connection) == CONNECTION_OK else {
      defer { unsafe PQfinish(connection) }
      let message = unsafe PQerrorMessage(connection).map { unsafe String(cString: $0) } ?? "no reason given"
      throw .unavailable(detail: message.split(whereSeparator: \.isNewline).joined(separator: "; "))
    }
    guard let handle = unsafe PostgresHandle(taking: connection) else {
      throw .unavailable(detail: "pipeline mode refused")
    }
    return handle
  }

  private func openConnection() -> OpaquePointer? {
    let keywordCopies = unsafe keywords.map { unsafe strdup($0) }
    let valueCopies = unsafe values.map { unsafe strdup($0) }
    defer {
      unsafe (keywordCopies + valueCopies).forEach { unsafe free($0) }
    }
    let terminatedKeywords = unsafe keywordCopies.map { unsafe UnsafePointer<CChar>($0) } + [nil]
    let terminatedValues = unsafe valueCopies.map { unsafe UnsafePointer<CChar>($0) } + [nil]
    return unsafe PQconnectdbParams(terminatedKeywords, terminatedValues, 1)
  }
}

extension Duration {
  var roundedUpSeconds: Int64 {
    components.seconds + (components.attoseconds > 0 ? 1 : 0)
  }

  var roundedUpMilliseconds: Int64 {
    let (milliseconds, rest) = components.attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
    return components.seconds * 1000 + milliseconds + (rest > 0 ? 1 : 0)
  }
}
