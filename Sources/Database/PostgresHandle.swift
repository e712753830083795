internal import CPostgres

/// Sole owner of a PGconn: calls libpq, keeps no state of its own, closes the connection when it goes.
///
/// Unchecked Sendable: a PGconn may move between threads but not be used by two at once; being uncopyable the handle
/// has one owner, and `DatabaseConnection` keeps that owner behind its lock.
@safe
struct PostgresHandle: ~Copyable, @unchecked Sendable {
  private let connection: OpaquePointer

  /// Takes over an established connection: non-blocking, in pipeline mode, its notices dropped (they would go to
  /// stderr). nil when libpq refuses; the connection is closed then.
  init?(taking connection: OpaquePointer) {
    unsafe self.connection = unsafe connection
    let usable = unsafe PQsetnonblocking(connection, 1) == 0 && PQenterPipelineMode(connection) == 1
    _ = unsafe PQsetNoticeReceiver(connection, { _, _ in }, nil)
    guard usable else { return nil }
  }

  deinit {
    unsafe PQfinish(connection)
  }

  var descriptor: Int32 { unsafe PQsocket(connection) }
  var isBroken: Bool { unsafe PQstatus(connection) == CONNECTION_BAD }
  var isOutsideTransaction: Bool { unsafe PQtransactionStatus(connection) == PQTRANS_IDLE }
  var errorMessage: String { unsafe Self.trimmed(PQerrorMessage(connection)) }

  // MARK: Sending. False means that libpq gave up on the connection; `errorMessage` tells why.

  /// Puts the command into libpq's buffer. libpq 15 writes to the socket by itself only in whole blocks of 8 KB, once
  /// the buffer holds as much, so a small batch leaves in the one write of its first sync.
  func send(_ command: PipelineCommand, _ parameters: borrowing [EncodedParameters?]) -> Bool {
    switch command {
    case .deallocate(let serverName):
      // libpq 15 cannot send the protocol's Close message.
      return unsafe PQsendQueryParams(connection, "DEALLOCATE \"\(serverName)\"", 0, nil, nil, nil, nil, 0) == 1
    case .prepare(let serverName, let text, _):
      return unsafe PQsendPrepare(connection, serverName, text, 0, nil) == 1
    case .execute(let serverName, let query, _):
      guard let parameters = parameters[query] else { return false }
      return sendExecute(serverName, parameters)
    }
  }

  private func sendExecute(_ serverName: String, _ parameters: EncodedParameters) -> Bool {
    unsafe parameters.bytes.withUnsafeBytes { buffer in
      let base = unsafe buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
      let values = unsafe parameters.offsets.map { offset in
        unsafe offset.flatMap { offset in unsafe base?.advanced(by: offset).assumingMemoryBound(to: CChar.self) }
      }
      return unsafe PQsendQueryPrepared(
        connection,
        serverName,
        Int32(parameters.count),
        values,
        parameters.lengths,
        parameters.formats,
        0
      ) == 1
    }
  }

  /// Ends a batch, and writes out what libpq has buffered.
  func sendSync() -> Bool {
    unsafe PQpipelineSync(connection) == 1
  }

  /// Simple query protocol, which pipeline mode excludes: several statements, COPY.
  func sendSimple(_ text: String) -> Bool {
    unsafe PQexitPipelineMode(connection) == 1 && PQsendQuery(connection, text) == 1
  }

  func enterPipelineMode() -> Bool {
    unsafe PQenterPipelineMode(connection) == 1
  }

  enum Flush {
    case done
    case blocked
    case failed
  }

  func flush() -> Flush {
    switch unsafe PQflush(connection) {
    case 0: .done
    case 1: .blocked
    default: .failed
    }
  }

  /// - Returns: false when the server no longer takes part in the COPY; its answer tells why.
  func putCopyData(_ bytes: [UInt8]) -> Bool {
    unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return true }
      return unsafe PQputCopyData(connection, base.assumingMemoryBound(to: CChar.self), Int32(clamping: buffer.count))
        == 1
    }
  }

  /// With a reason the server discards the COPY.
  func putCopyEnd(failure reason: String?) -> Bool {
    if let reason {
      unsafe PQputCopyEnd(connection, reason) == 1
    } else {
      unsafe PQputCopyEnd(connection, nil) == 1
    }
  }

  // MARK: Receiving

  /// Reads what the socket holds. False at the end of the connection; replies already read can still be taken.
  func consumeInput() -> Bool {
    unsafe PQconsumeInput(connection) == 1
  }

  /// Whether `nextReply` would have to wait.
  var isBusy: Bool { unsafe PQisBusy(connection) == 1 }

  func nextReply() -> PipelineState<SQLResult>.Reply {
    guard let result = unsafe PQgetResult(connection) else { return .end }
    switch unsafe PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
      return unsafe .success(SQLResult(taking: result))
    case PGRES_PIPELINE_SYNC:
      unsafe PQclear(result)
      return .sync
    case PGRES_PIPELINE_ABORTED:
      unsafe PQclear(result)
      return .aborted
    case PGRES_COPY_IN:
      unsafe PQclear(result)
      return .copyIn
    case PGRES_COPY_OUT, PGRES_COPY_BOTH:
      unsafe PQclear(result)
      return .failure(.unavailable(detail: "COPY … TO is not supported"))
    default:
      defer { unsafe PQclear(result) }
      return unsafe .failure(Self.error(of: result))
    }
  }

  /// Without a SQLSTATE the error is libpq's own: the connection broke.
  private static func error(of result: OpaquePointer) -> DatabaseError {
    let detail = unsafe trimmed(PQresultErrorMessage(result))
    guard let state = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else {
      return .unavailable(detail: detail)
    }
    return unsafe DatabaseError(sqlState: SQLState(String(cString: state)), detail: detail)
  }

  private static func trimmed(_ text: UnsafePointer<CChar>?) -> String {
    guard let text = unsafe text else { return "" }
    var message = unsafe String(cString: text)
    while message.last?.isWhitespace == true { message.removeLast() }
    return message
  }

  /// What is needed to ask, from any thread and over a connection of its own, that the server end what runs here.
  func cancelRequest() -> CancelRequest? {
    unsafe PQgetCancel(connection).map { unsafe CancelRequest(taking: $0) }
  }
}

/// Owns a PGcancel. Unchecked Sendable: a PGcancel is constant, and PQcancel may be called from any thread (PostgreSQL
/// 15 manual, 34.7).
@safe
final class CancelRequest: @unchecked Sendable {
  private let pointer: OpaquePointer

  init(taking pointer: OpaquePointer) {
    unsafe self.pointer = unsafe pointer
  }

  deinit {
    unsafe PQfreeCancel(pointer)
  }

  /// Blocks. Returns once the server has passed the request on, so that it cannot hit a later statement.
  func send() -> Bool {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      unsafe PQcancel(pointer, buffer.baseAddress, Int32(buffer.count)) == 1
    }
  }
}
