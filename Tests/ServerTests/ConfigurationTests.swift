import Testing

@testable import Server

@Suite struct ConfigurationTests {
  @Test func takesDefaultsFromAnEmptyEnvironment() throws {
    let configuration = try GatewayConfiguration(environment: [:])
    #expect(configuration.port == 8000)
    #expect(configuration.internalPort == 8003)
    #expect(configuration.host == "127.0.0.1")
    #expect(configuration.poolMinimum == 5)
    #expect(configuration.poolMaximum == 20)
    #expect(configuration.platformPoolMinimum == 2)
    #expect(configuration.platformPoolMaximum == 10)
    #expect(configuration.statementTimeout == .seconds(10))
    #expect(configuration.platformStatementTimeout == .seconds(5))
    #expect(configuration.jwtTTL == .seconds(86400))
    #expect(configuration.effectiveStreamRedisURL == configuration.redisURL)
  }

  @Test func readsEveryKindOfSetting() throws {
    let configuration = try GatewayConfiguration(environment: [
      "TIMESCALE_URL": "postgresql:///traces?host=/run/pg", "STREAM_REDIS_URL": "redis://streams:6380/1",
      "DB_POOL_MAX_SIZE": "40", "PORT": "9000", "REDIS_TIMEOUT_MS": "250", "JWT_TTL_SECONDS": "3600",
      "CORS_ORIGINS": "https://a.example, http://localhost:5173", "LOG_LEVEL": "DEBUG",
      "CACHE_TTL_HOME_KPIS": "0",
    ])
    #expect(configuration.timescaleURL == "postgresql:///traces?host=/run/pg")
    #expect(configuration.effectiveStreamRedisURL == "redis://streams:6380/1")
    #expect(configuration.poolMaximum == 40)
    #expect(configuration.port == 9000)
    #expect(configuration.redisTimeout == .milliseconds(250))
    #expect(configuration.jwtTTL == .seconds(3600))
    #expect(configuration.corsOrigins == ["https://a.example", "http://localhost:5173"])
    #expect(configuration.logLevel == .debug)
    #expect(configuration.cacheTTLs == ["CACHE_TTL_HOME_KPIS": 0])
  }

  @Test func countsAnEmptyValueAsUnset() throws {
    #expect(try GatewayConfiguration(environment: ["PORT": "", "JWT_SECRET": ""]).port == 8000)
  }

  @Test(
    arguments: zip(
      [
        ["PORT": "65536"], ["DB_POOL_MIN_SIZE": "many"], ["CACHE_TTL_ALERTS": "-1"], ["LOG_LEVEL": "loud"],
        ["REQUEST_TIMEOUT_MS": "10s"], ["CORS_ORIGINS": "https://a.example/,https://b.example"],
        ["TIMESCALE_URL": "mysql://user:hunter2@db/x"], ["JWT_SECRET": "short secret"],
        ["DB_POOL_MIN_SIZE": "30"], ["SERVICE_PORT": "8000"],
      ],
      [
        "PORT is `65536`, but takes an integer from 0 to 65535",
        "DB_POOL_MIN_SIZE is `many`, but takes an integer from 1 to 1000",
        "CACHE_TTL_ALERTS is `-1`, but takes seconds as an integer from 0 to 86400",
        "LOG_LEVEL is `loud`, but takes one of `trace`, `debug`, `info`, `notice`, `warning`, `error`, `critical`",
        "REQUEST_TIMEOUT_MS is `10s`, but takes milliseconds as an integer from 100 to 600000",
        "CORS_ORIGINS is `https://a.example/,https://b.example`, but takes origins such as "
          + "`https://app.example.com`, between commas (`https://a.example/` is not one)",
        "TIMESCALE_URL takes `postgresql://user:password@host:port/database`",
        "JWT_SECRET takes at least 32 bytes",
        "DB_POOL_MIN_SIZE (30) is greater than DB_POOL_MAX_SIZE (20)",
        "PORT and SERVICE_PORT are both 8000; the two listeners need a port each",
      ]
    )
  )
  func refusesAWrongValueWithItsName(environment: [String: String], message: String) {
    #expect(throws: ConfigurationError(problems: [message])) {
      try GatewayConfiguration(environment: environment)
    }
  }

  @Test func reportsEverythingThatIsWrongAtOnce() {
    let error = #expect(throws: ConfigurationError.self) {
      try GatewayConfiguration(environment: ["PORT": "x", "BCRYPT_COST": "99"])
    }
    #expect(error?.problems.count == 2)
  }

  @Test func requiresAKeyToServe() throws {
    #expect(throws: ConfigurationError.self) { try GatewayConfiguration(environment: [:]).requireIdentity() }
    let secret = String(repeating: "k", count: 32)
    try GatewayConfiguration(environment: ["JWT_SECRET": secret]).requireIdentity()
  }

  @Test func namesEverySettingOnce() {
    let names = GatewayConfiguration.settings.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func showsNoSecretAndEverySettingInTheReference() {
    let page = ConfigurationReference.markdown()
    for setting in GatewayConfiguration.settings {
      #expect(page.contains("| `\(setting.name)` |"))
    }
    #expect(page.contains("| `DB_POOL_MAX_SIZE` | `20` | an integer from 1 to 1000 |"))
  }
}

extension ConfigurationTests {
  /// Set `UPDATE_SNAPSHOTS=1` to write the page anew.
  @Test func matchesThePageInTheDocumentation() throws {
    let page = try DocumentationPage(named: "docs/configuration.md")
    try page.rewriteWhenAsked(ConfigurationReference.markdown())
    #expect(try page.text() == ConfigurationReference.markdown())
  }
}
