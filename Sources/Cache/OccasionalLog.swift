public import Logging
import Synchronization

/// Logs what may happen thousands of times a second once per interval, with the number of times it was passed over.
public final class OccasionalLog: Sendable {
  private struct Kind {
    var quietUntil: ContinuousClock.Instant
    var passedOver = 0
  }

  private let logger: Logger
  private let interval: Duration
  private let kinds = Mutex<[String: Kind]>([:])

  public init(_ logger: Logger, interval: Duration) {
    self.logger = logger
    self.interval = interval
  }

  /// - Parameter message: fixed text; it tells the kinds apart, so their number is that of the callers.
  public func warning(_ message: StaticString, detail: @autoclosure () -> String) {
    let text = message.description
    let now = ContinuousClock.now
    let passedOver: Int? = kinds.withLock { kinds in
      guard var kind = kinds[text] else {
        kinds[text] = Kind(quietUntil: now + interval)
        return 0
      }
      guard now >= kind.quietUntil else {
        kind.passedOver += 1
        kinds[text] = kind
        return nil
      }
      kinds[text] = Kind(quietUntil: now + interval)
      return kind.passedOver
    }
    guard let passedOver else { return }
    logger.warning(
      "\(text)",
      metadata: ["detail": .string(detail()), "not_logged": .stringConvertible(passedOver)]
    )
  }
}
