/// Whether a connection may be used, and when it is made again: reconnecting and circuit breaking in one machine.
///
/// Pure: methods are events, results say what to do, time and chance come from outside.
///
/// | phase | calls | left by |
/// |---|---|---|
/// | idle | open the connection and wait | `open`, `admit` |
/// | connecting, patient | wait | `connected`, `lost` |
/// | connecting, not patient | are refused | `connected`, `lost` |
/// | ready | are sent | `lost` |
/// | trial | one is sent, the others are refused | `succeeded`, `lost` |
/// | pausing | are refused | `pauseEnded` |
/// | closed | are refused | |
///
/// 1. Only a reply to a caller's command sets `failures` to 0; making a connection does not. A server that greets but
///    never answers is therefore met with growing pauses and one trial call each.
/// 2. Calls wait for a connection only while `failures` is 0 or nothing has been tried yet. So the first failure costs
///    callers their deadline, the next ones nothing.
/// 3. A connection that a healthy server closed is made again at once; one that is suspect only after a pause.
struct ConnectionState {
  enum Phase: Equatable {
    case idle
    case connecting(isPatient: Bool)
    case ready
    case trial(isTaken: Bool)
    case pausing
    case closed
  }

  enum Admission: Equatable {
    case send
    case wait
    case openAndWait
    case refuse
  }

  enum Recovery: Equatable {
    /// Calls that wait may go on waiting.
    case reconnectNow
    case reconnect(after: Duration)
    case none
  }

  /// From so many failures in a row on, a new connection must prove itself with one call.
  static let failuresBeforeTrial = 3
  static let firstPause = Duration.milliseconds(20)
  /// With the connect timeout and a trial this is below the two seconds within which a server that is back is used.
  static let longestPause = Duration.milliseconds(800)

  private(set) var phase = Phase.idle
  /// In a row, up to now.
  private(set) var failures = 0

  /// Begins to connect if that has not been done yet.
  mutating func open() -> Bool {
    guard phase == .idle else { return false }
    phase = .connecting(isPatient: true)
    return true
  }

  /// What becomes of a new call.
  mutating func admit() -> Admission {
    switch phase {
    case .idle:
      phase = .connecting(isPatient: true)
      return .openAndWait
    case .connecting(isPatient: true): return .wait
    case .ready: return .send
    case .trial(isTaken: false):
      phase = .trial(isTaken: true)
      return .send
    case .trial(isTaken: true), .connecting(isPatient: false), .pausing, .closed: return .refuse
    }
  }

  /// The connection is made and the server has answered the greeting.
  mutating func connected() {
    guard case .connecting = phase else { return }
    phase = failures < Self.failuresBeforeTrial ? .ready : .trial(isTaken: false)
  }

  /// A call has been answered.
  mutating func succeeded() {
    failures = 0
    if case .trial = phase { phase = .ready }
  }

  /// The connection broke, could not be made, or is given up.
  /// - Parameters:
  ///   - isSuspect: it was given up because the server did not answer, or not sensibly.
  ///   - jitter: from 0 to 1; keeps many gateways from coming back at the same instant.
  mutating func lost(isSuspect: Bool, jitter: Double) -> Recovery {
    guard phase != .closed else { return .none }
    let wasHealthy = phase == .ready && failures == 0
    failures += 1
    if wasHealthy && !isSuspect {
      phase = .connecting(isPatient: true)
      return .reconnectNow
    }
    phase = .pausing
    return .reconnect(after: Self.pause(afterFailures: failures, jitter: jitter))
  }

  /// Doubles with each failure in a row, up to the longest.
  static func pause(afterFailures failures: Int, jitter: Double) -> Duration {
    min(firstPause * (1 << min(max(failures, 1) - 1, 16)), longestPause) * (0.5 + jitter / 2)
  }

  mutating func pauseEnded() -> Bool {
    guard phase == .pausing else { return false }
    phase = .connecting(isPatient: false)
    return true
  }

  mutating func close() {
    phase = .closed
  }
}
