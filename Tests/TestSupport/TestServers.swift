import Foundation

/// The servers and programs that `scripts/test` offers. A suite that needs one that is not there is skipped.
public enum TestServers {
  /// libpq URL of a server where suites make databases of their own.
  public static let postgresURL = ProcessInfo.processInfo.environment["TRACEGATE_TEST_PG_URL"]
  /// Whether that server has TimescaleDB in every database that is made, so that traces lie in hypertables.
  public static let hasTimescale = ProcessInfo.processInfo.environment["TRACEGATE_TEST_TIMESCALE_URL"] != nil
  public static let redisURL = ProcessInfo.processInfo.environment["TRACEGATE_TEST_REDIS_URL"]
  /// Path of the `tracegate` executable under test.
  public static let binary = ProcessInfo.processInfo.environment["TRACEGATE_TEST_BINARY"]

  public static let areThere = postgresURL != nil && redisURL != nil && binary != nil
  public static let absence: String =
    "needs TRACEGATE_TEST_PG_URL, TRACEGATE_TEST_REDIS_URL and TRACEGATE_TEST_BINARY; scripts/test sets them"
}
