import Testing

@testable import Server

@Suite struct PasswordTests {
  @Test func hashesAndVerifies() async throws {
    let hasher = PasswordHasher(cost: 4, threads: 1, queue: 4)
    let hash = try await hasher.hash("correct horse ünd mehr")
    #expect(hash.hasPrefix("$2b$04$"))
    #expect(try await hasher.verify("correct horse ünd mehr", against: hash))
    #expect(try await !hasher.verify("correct horse und mehr", against: hash))
    #expect(try await hasher.hash("correct horse ünd mehr") != hash)
  }

  /// Vectors of pyca/bcrypt and of crypt_blowfish.
  @Test(
    arguments: zip(
      ["Kk4DQuMMfZL9o", "U*U"],
      [
        "$2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
      ]
    )
  )
  func verifiesHashesOfOtherLibraries(password: String, hash: String) {
    #expect(BCrypt.verify(password, against: hash))
    #expect(!BCrypt.verify(password + "x", against: hash))
  }

  @Test func refusesEveryOtherScheme() {
    #expect(!BCrypt.verify("password", against: "$1$salt$qJH7.N4xYta3aEG/dfqo/0"))
    #expect(!BCrypt.verify("password", against: "password"))
    #expect(!BCrypt.verify("password", against: ""))
    #expect(!BCrypt.verify("", against: "$2b$04$tooshort"))
  }

  @Test func neverTakesAPasswordWithNUL() {
    #expect(BCrypt.hash("a\0b", setting: "$2b$04$cVWp4XaNU8a4v1uMRum2SO") == nil)
  }

  @Test(arguments: [4, 12])
  func spendsTheSameCostOnUnknownAccounts(cost: Int) throws {
    let stand = BCrypt.nobodysHash(cost: cost)
    #expect(stand.utf8.count == 60)
    #expect(stand.hasPrefix(cost == 4 ? "$2b$04$" : "$2b$12$"))
    let hash = try #require(BCrypt.hash("any password", setting: stand))
    #expect(hash.prefix(29) == stand.prefix(29))
    #expect(hash != stand)
  }

  @Test func refusesUnknownAccountsWhateverThePassword() async throws {
    let hasher = PasswordHasher(cost: 4, threads: 1, queue: 4)
    #expect(try await !hasher.verify("", against: nil))
  }

  @Test func turnsAwayWhatTheQueueDoesNotHold() async {
    let hasher = PasswordHasher(cost: 10, threads: 1, queue: 1)
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<20 {
        group.addTask {
          do {
            _ = try await hasher.hash("password")
            return true
          } catch {
            #expect(error as? PasswordHasher.Failure == .busy)
            return false
          }
        }
      }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(outcomes.contains(true))
    #expect(outcomes.contains(false))
  }
}

@Suite struct LoginThrottleTests {
  private let throttle = LoginThrottle(limit: 3, window: .seconds(60), capacity: 10)

  @Test func waitsAfterTooManyFailures() {
    for _ in 0..<3 {
      #expect(throttle.waitingTime(account: "a", address: "1.1.1.1", at: 100) == nil)
      throttle.recordFailure(account: "a", address: "1.1.1.1", at: 100)
    }
    #expect(throttle.waitingTime(account: "a", address: "1.1.1.1", at: 110) == 50)
    #expect(throttle.waitingTime(account: "a", address: "2.2.2.2", at: 110) == nil)
    #expect(throttle.waitingTime(account: "b", address: "1.1.1.1", at: 110) == nil)
    #expect(throttle.waitingTime(account: "a", address: "1.1.1.1", at: 160) == nil)
  }

  @Test func countsAnAccountOverAllAddresses() {
    for address in 0..<30 { throttle.recordFailure(account: "a", address: "10.0.0.\(address % 3)", at: 100) }
    #expect(throttle.waitingTime(account: "a", address: "9.9.9.9", at: 101) == 59)
  }

  @Test func forgetsAfterASuccess() {
    for _ in 0..<2 { throttle.recordFailure(account: "a", address: "1.1.1.1", at: 100) }
    throttle.recordSuccess(account: "a", address: "1.1.1.1")
    throttle.recordFailure(account: "a", address: "1.1.1.1", at: 100)
    #expect(throttle.waitingTime(account: "a", address: "1.1.1.1", at: 101) == nil)
  }
}
