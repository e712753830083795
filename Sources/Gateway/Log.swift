import Logging
import Server

/// The log goes to standard error, one line an event.
enum Log {
  static func make(_ configuration: GatewayConfiguration) -> Logger {
    var logger = Logger(label: "tracegate", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = configuration.logLevel.level
    return logger
  }
}
