extension DatabaseConnection {
  /// Where the rows of a COPY go. Valid only inside `copyIn`.
  public struct CopyWriter: Sendable {
    fileprivate let connection: DatabaseConnection

    /// Sends the next bytes, and returns when they have left this process's memory: a slow server slows the caller.
    /// Any split will do. Errors of the server show at the end of the COPY.
    public func write(_ bytes: [UInt8]) async throws(DatabaseError) {
      guard !bytes.isEmpty else { return }
      guard bytes.count <= Int(Int32.max) else {
        throw DatabaseError(.invalidParameter, "A piece of a COPY is at most 2 GiB.")
      }
      switch await connection.perform(countsRoundTrip: false, { $0.sendCopyData(bytes, $1, $2) }) {
      case .flushed: return
      case .failed(let error): throw error
      case .batch, .simple, .copyReady: throw .busy
      }
    }
  }

  /// Runs a `COPY … FROM STDIN` whose data `body` writes. Two round trips and the data.
  ///
  /// When `body` throws, the COPY is discarded and its error rethrown.
  /// - Returns: the number of rows copied.
  @discardableResult
  public func copyIn(_ sql: String, _ body: (CopyWriter) async throws -> Void) async throws -> Int {
    try await beginCopy(sql)
    do {
      try await body(CopyWriter(connection: self))
    } catch {
      // The server's own complaint about being told so is of no interest.
      _ = try? await endCopy(failure: "given up by the client")
      throw error
    }
    return try await endCopy(failure: nil)
  }

  /// The same for data that is at hand in pieces.
  @discardableResult
  public func copyIn(_ sql: String, chunks: some Sequence<[UInt8]>) async throws -> Int {
    try await copyIn(sql) { writer in
      for chunk in chunks { try await writer.write(chunk) }
    }
  }

  private func beginCopy(_ sql: String) async throws(DatabaseError) {
    switch await perform({ $0.startSimple(sql, $1, $2) }) {
    case .copyReady: return
    case .simple(.failure(let error)), .failed(let error): throw error
    case .simple(.success), .batch, .flushed: throw DatabaseError(.misuse, "Not a COPY … FROM STDIN.", detail: sql)
    }
  }

  private func endCopy(failure reason: String?) async throws(DatabaseError) -> Int {
    switch await perform({ $0.endCopy(failure: reason, $1, $2) }) {
    case .simple(let result): return try result.get()?.affectedRows ?? 0
    case .failed(let error): throw error
    case .batch, .copyReady, .flushed: throw .busy
    }
  }
}
