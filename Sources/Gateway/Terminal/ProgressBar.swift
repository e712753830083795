import Synchronization

/// A line on the terminal that says how far something is; nothing at all when standard error is no terminal.
final class ProgressBar: Sendable {
  private static let width = 30
  private static let interval = Duration.milliseconds(100)

  private let label: String
  private let lastDrawn = Mutex<ContinuousClock.Instant?>(nil)

  init(_ label: String) {
    self.label = label
  }

  /// Draws, at most ten times a second.
  ///
  /// - Parameters:
  ///   - fraction: from 0 to 1; `nil` when the end is not known.
  ///   - note: what stands behind the bar.
  func show(_ fraction: Double?, _ note: String) {
    guard Terminal.isInteractive else { return }
    let isDue = lastDrawn.withLock { last in
      let now = ContinuousClock.now
      if let last, now - last < Self.interval { return false }
      last = now
      return true
    }
    if isDue { draw(fraction, note) }
  }

  /// Removes the line, so that what is said next starts on a clean one.
  func clear() {
    guard Terminal.isInteractive, lastDrawn.withLock({ $0 }) != nil else { return }
    Terminal.write("\r\u{1B}[2K")
  }

  private func draw(_ fraction: Double?, _ note: String) {
    var line = "\r\u{1B}[2K\(label) "
    if let fraction {
      let share = min(max(fraction, 0), 1)
      let full = Int(share * Double(Self.width))
      line += "[" + String(repeating: "#", count: full) + String(repeating: "·", count: Self.width - full) + "] "
      line += "\(Int(share * 100)) % "
    }
    Terminal.write(line + note)
  }
}
