import Database
import TestSupport
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable, "TRACEGATE_TEST_PG_URL is not set"), .inTurn)
struct PoolTests {
  private static let one = SQLStatement("one", "SELECT $1::int")
  private static let sleep = SQLStatement("sleep", "SELECT pg_sleep($1::double precision)")

  @Test func tenThousandPipelinesAtOnceAllAnswer() async throws {
    try await Turnstile.heavy.pass { try await tenThousandPipelinesAtOnce() }
  }

  private func tenThousandPipelinesAtOnce() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 4, readOnly: true, { $0.acquireTimeout = .seconds(300) }) { pool in
        let sum = try await withThrowingTaskGroup(of: Int64.self) { group in
          for number in 0..<10_000 {
            group.addTask {
              let results = try await pool.pipeline([
                SQLQuery(Self.one, [.int(Int64(number))]), SQLQuery(Self.one, [.int(1)]),
              ])
              return try results.reduce(0) { try $0 + ($1.get().int(0, 0) ?? 0) }
            }
          }
          return try await group.reduce(0, +)
        }
        #expect(sum == 49_995_000 + 10_000)
        let statistics = pool.statistics
        #expect(statistics.connectionsOpened <= 4)
        #expect(statistics.queries == 20_000)
        #expect(statistics.roundTrips == 10_000)
        #expect(statistics.inUse == 0 && statistics.waiting == 0)
      }
    }
  }

  @Test func waitsForAFreeConnectionAndNoLongerThanAllowed() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1, { $0.acquireTimeout = .seconds(3) }) { pool in
        try await pool.withConnection { _ in
          let error = await #expect(throws: DatabaseError.self) { try await pool.query(SQLQuery(Self.one, [.int(1)])) }
          #expect(error?.code == .poolExhausted)
        }
        #expect(try await pool.query(SQLQuery(Self.one, [.int(7)])).int(0, 0) == 7)
        #expect(pool.statistics.connectionsOpened == 1)
      }
    }
  }

  @Test func aCancelledWaiterLeavesTheQueue() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1) { pool in
        try await pool.withConnection { _ in
          let waiter = Task { try await pool.query(SQLQuery(Self.one, [.int(1)])) }
          while pool.statistics.waiting == 0 { await Task.yield() }
          waiter.cancel()
          await #expect(throws: DatabaseError.cancelled) { try await waiter.value }
          #expect(pool.statistics.waiting == 0)
        }
      }
    }
  }

  @Test func aCancelledQueryEndsOnTheServerAndItsConnectionIsUsedAgain() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1, readOnly: true) { pool in
        _ = try await pool.query(SQLQuery(Self.one, [.int(1)]))
        let query = Task { try await pool.query(SQLQuery(Self.sleep, [.double(60)])) }
        try await database.waitForSleeper()
        query.cancel()
        await #expect(throws: DatabaseError.cancelled) { try await query.value }
        // Comes through on the one connection long before the minute is over.
        #expect(try await pool.query(SQLQuery(Self.one, [.int(2)])).int(0, 0) == 2)
        #expect(pool.statistics.connectionsOpened == 1)
      }
    }
  }

  /// Whatever the moment of the cancellation, no answer ever reaches the wrong question.
  @Test func cancellationsAtAnyMomentDoNotMixAnswers() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 3, readOnly: true, { $0.acquireTimeout = .seconds(300) }) { pool in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<600 {
            group.addTask {
              let query = Task {
                try await pool.pipeline([
                  SQLQuery(Self.one, [.int(Int64(number))]), SQLQuery(Self.sleep, [.double(0.001)]),
                ])
              }
              if number.isMultiple(of: 2) {
                try await Task.sleep(for: .microseconds(Int.random(in: 0..<3000)))
                query.cancel()
              }
              switch await query.result {
              case .success(let results):
                if case .success(let result) = results[0] { #expect(result.int(0, 0) == Int64(number)) }
                if !number.isMultiple(of: 2) { for result in results { _ = try result.get() } }
              case .failure(let error):
                #expect((error as? DatabaseError)?.code == .cancelled)
              }
            }
          }
          try await group.waitForAll()
        }
        #expect(try await pool.query(SQLQuery(Self.one, [.int(5)])).int(0, 0) == 5)
      }
    }
  }

  @Test func aCancelledTransactionLeavesNothingBehind() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 2) { pool in
        _ = try await pool.withConnection { try await $0.execute("CREATE TABLE t (n int)") }
        let writer = Task {
          try await pool.withConnection { connection in
            try await connection.transaction {
              try await connection.execute("INSERT INTO t VALUES (1)")
              _ = try await connection.query(SQLQuery(Self.sleep, [.double(60)]))
            }
          }
        }
        while pool.statistics.queries == 0 { await Task.yield() }
        writer.cancel()
        await #expect(throws: DatabaseError.cancelled) { try await writer.value }
        let count = SQLQuery(SQLStatement("lock", "SELECT count(*) FROM t"))
        let lock = "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; COMMIT"
        _ = try await pool.withConnection { try await $0.execute(lock) }
        #expect(try await pool.query(count).int(0, 0) == 0)
      }
    }
  }

  @Test func aKilledConnectionIsReplaced() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1) { pool in
        try await database.withPool(maximum: 1) { killer in
          let me = try await pool.query(SQLQuery(SQLStatement("pid", "SELECT pg_backend_pid()"))).int(0, 0)
          let kill = SQLStatement("kill", "SELECT pg_terminate_backend($1::int, 5000)")
          // Idle: noticed without anybody asking.
          #expect(try await killer.query(SQLQuery(kill, [.int(try #require(me))])).bool(0, 0) == true)
          while pool.statistics.idle > 0 { await Task.yield() }
          let next = try await pool.query(SQLQuery(SQLStatement("pid", "SELECT pg_backend_pid()"))).int(0, 0)
          #expect(next != me)
          // In the middle of a statement.
          async let victim = pool.query(SQLQuery(Self.sleep, [.double(60)]))
          try await database.waitForSleeper()
          #expect(try await killer.query(SQLQuery(kill, [.int(try #require(next))])).bool(0, 0) == true)
          do {
            _ = try await victim
            Issue.record("the statement was to fail")
          } catch let error as DatabaseError {
            #expect(error.code == .unavailable)
            #expect(error.message == "The database is not available.")
          }
          #expect(try await pool.query(SQLQuery(Self.one, [.int(3)])).int(0, 0) == 3)
        }
      }
    }
  }

  @Test func aReadOnlyPipelineOutlivesItsConnection() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 1, readOnly: true) { pool in
        let suicide = SQLStatement(
          "suicide",
          "SELECT CASE WHEN $1::int = pg_backend_pid() THEN pg_terminate_backend(pg_backend_pid()) ELSE false END"
        )
        let pid = try await pool.query(SQLQuery(SQLStatement("pid", "SELECT pg_backend_pid()"))).int(0, 0)
        let results = try await pool.pipeline([
          SQLQuery(Self.one, [.int(1)]), SQLQuery(suicide, [.int(try #require(pid))]), SQLQuery(Self.one, [.int(2)]),
        ])
        #expect(try results.map { try $0.get().string(0, 0) } == ["1", "f", "2"])
      }
    }
  }

  @Test func aServerThatGoesAndComesBackIsFoundAgain() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 2, readOnly: true) { pool in
        _ = try await pool.query(SQLQuery(Self.one, [.int(1)]))
        try await database.allowConnections(false)
        for _ in 0..<20 {
          let error = await #expect(throws: DatabaseError.self) { try await pool.query(SQLQuery(Self.one, [.int(1)])) }
          #expect(error?.code == .unavailable)
        }
        #expect(pool.statistics.connectionFailures > 0)
        try await database.allowConnections(true)
        let result = try await Patience.wait(for: "the database") {
          try? await pool.query(SQLQuery(Self.one, [.int(2)]))
        }
        #expect(result.int(0, 0) == 2)
      }
    }
  }

  @Test func runKeepsTheMinimumAndClosesEverythingInTheEnd() async throws {
    try await TestDatabase.with { database in
      try await database.withPool(maximum: 5, { $0.minimum = 3 }) { pool in
        let life = Task { await pool.run() }
        while pool.statistics.idle < 3 { await Task.yield() }
        life.cancel()
        await life.value
        #expect(pool.statistics.idle == 0)
        let error = await #expect(throws: DatabaseError.self) { try await pool.query(SQLQuery(Self.one, [.int(1)])) }
        #expect(error?.code == .unavailable)
      }
    }
  }
}

/// These need no server: nobody listens there.
struct UnreachableServerTests {
  private func pool(_ url: String, connectTimeout: Duration = .seconds(3)) -> ConnectionPool {
    ConnectionPool(
      configuration: PoolConfiguration(url: url, name: "test", minimum: 0, maximum: 2, connectTimeout: connectTimeout),
      logger: .silent
    )
  }

  @Test(arguments: ["postgresql://nobody@127.0.0.1:1/none", "postgresql:///none?host=/nowhere&port=1"])
  func aServerThatIsNotThereFailsAtOnce(_ url: String) async throws {
    let pool = pool(url)
    for _ in 0..<50 {
      let error = await #expect(throws: DatabaseError.self) {
        try await pool.query(SQLQuery(SQLStatement("one", "SELECT 1")))
      }
      #expect(error?.code == .unavailable)
      #expect(error?.message == "The database is not available.")
    }
    // Most were told so without another attempt.
    #expect(pool.statistics.connectionFailures < 20)
  }

  @Test(arguments: ["nonsense", "postgresql://user:secret@host/db?secret=1", "host=a secretword"])
  func anUnreadableURLIsSaidSoWithoutRepeatingIt(_ url: String) async throws {
    let pool = pool(url)
    let error = await #expect(throws: DatabaseError.self) {
      try await pool.query(SQLQuery(SQLStatement("one", "SELECT 1")))
    }
    #expect(error?.code == .configuration)
    #expect(error?.message == "The database URL cannot be read.")
    #expect(error?.detail.contains("secret") == false)
  }
}
