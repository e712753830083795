/// One row of the table of settings: a name in the environment, what it takes, and where it goes.
///
/// The row is all there is: reading, checking, the start-up errors and `docs/configuration.md` come from it.
public struct Setting: Sendable {
  /// The name in the environment, for example `DB_POOL_MAX_SIZE`.
  public let name: String
  /// The heading of the documentation under which the row stands.
  public let group: Group
  /// What the value may be, for the documentation and for errors: `an integer from 1 to 1000`.
  public let takes: String
  /// What it is for, in one line.
  public let summary: String
  /// Never shown in errors, logs or documentation.
  public let isSecret: Bool

  let apply: @Sendable (String, inout GatewayConfiguration) throws(Refusal) -> Void
  let show: @Sendable (GatewayConfiguration) -> String

  /// A value that does not fit, with what would be right when `takes` does not say it.
  struct Refusal: Error {
    var because: String?
  }

  public enum Group: String, Sendable, CaseIterable {
    case servers = "Servers behind the gateway"
    case listeners = "Listeners"
    case identity = "Identity"
    case cache = "Cache"
    case documents = "GraphQL documents"
    case limits = "Limits and deadlines"
    case files = "Files"
    case logging = "Logging"
  }
}

/// Where a row keeps its value.
typealias SettingPath<Value> = any WritableKeyPath<GatewayConfiguration, Value> & Sendable

extension Setting {
  static func integer(
    _ name: String,
    _ group: Group,
    _ path: SettingPath<Int>,
    in bounds: ClosedRange<Int>,
    _ summary: String
  ) -> Setting {
    Setting(
      name: name,
      group: group,
      takes: "an integer from \(bounds.lowerBound) to \(bounds.upperBound)",
      summary: summary,
      isSecret: false,
      apply: { text, configuration throws(Refusal) in
        guard let value = Int(text), bounds.contains(value) else { throw Refusal() }
        configuration[keyPath: path] = value
      },
      show: { "\($0[keyPath: path])" }
    )
  }

  /// A whole number of `unit`s, kept as a duration.
  static func duration(
    _ name: String,
    _ group: Group,
    _ path: SettingPath<Duration>,
    in bounds: ClosedRange<Int>,
    unit: DurationUnit = .seconds,
    _ summary: String
  ) -> Setting {
    Setting(
      name: name,
      group: group,
      takes: "\(unit.rawValue) as an integer from \(bounds.lowerBound) to \(bounds.upperBound)",
      summary: summary,
      isSecret: false,
      apply: { text, configuration throws(Refusal) in
        guard let value = Int(text), bounds.contains(value) else { throw Refusal() }
        configuration[keyPath: path] = unit.duration(of: value)
      },
      show: { "\(unit.count(in: $0[keyPath: path]))" }
    )
  }

  enum DurationUnit: String, Sendable {
    case seconds, milliseconds

    func duration(of count: Int) -> Duration {
      switch self {
      case .seconds: .seconds(count)
      case .milliseconds: .milliseconds(count)
      }
    }

    func count(in duration: Duration) -> Int64 {
      switch self {
      case .seconds: duration.components.seconds
      case .milliseconds:
        duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
      }
    }
  }

  static func flag(_ name: String, _ group: Group, _ path: SettingPath<Bool>, _ summary: String) -> Setting {
    Setting(
      name: name,
      group: group,
      takes: "`true` or `false`",
      summary: summary,
      isSecret: false,
      apply: { text, configuration throws(Refusal) in
        guard let value = Bool(text.lowercased()) else { throw Refusal() }
        configuration[keyPath: path] = value
      },
      show: { "\($0[keyPath: path])" }
    )
  }

  static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String,
    _ group: Group,
    _ path: SettingPath<Value>,
    _ summary: String
  ) -> Setting {
    Setting(
      name: name,
      group: group,
      takes: "one of " + Value.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", "),
      summary: summary,
      isSecret: false,
      apply: { text, configuration throws(Refusal) in
        guard let value = Value(rawValue: text.lowercased()) else { throw Refusal() }
        configuration[keyPath: path] = value
      },
      show: { $0[keyPath: path].rawValue }
    )
  }

  /// Any text that is not empty and that `check` lets pass; `check` answers what is wrong.
  static func text(
    _ name: String,
    _ group: Group,
    _ path: SettingPath<String>,
    takes: String,
    isSecret: Bool = false,
    _ summary: String,
    check: @escaping @Sendable (String) -> Bool = { _ in true }
  ) -> Setting {
    Setting(
      name: name,
      group: group,
      takes: takes,
      summary: summary,
      isSecret: isSecret,
      apply: { text, configuration throws(Refusal) in
        guard !text.isEmpty, check(text) else { throw Refusal() }
        configuration[keyPath: path] = text
      },
      show: { $0[keyPath: path] }
    )
  }

  /// Items between commas; spaces around them do not count.
  static func list(
    _ name: String,
    _ group: Group,
    _ path: SettingPath<[String]>,
    takes: String,
    isSecret: Bool = false,
    _ summary: String,
    check: @escaping @Sendable (String) -> Bool
  ) -> Setting {
    Setting(
      name: name,
      group: group,
      takes: takes,
      summary: summary,
      isSecret: isSecret,
      apply: { text, configuration throws(Refusal) in
        let items = text.split(separator: ",").map { String($0.trimmingSpaces()) }.filter { !$0.isEmpty }
        if let wrong = items.first(where: { !check($0) }) {
          throw isSecret ? Refusal() : Refusal(because: "`\(wrong)` is not one")
        }
        configuration[keyPath: path] = items
      },
      show: { $0[keyPath: path].joined(separator: ",") }
    )
  }

  /// Seconds that override the time to live in `schema.graphql`; 0 turns caching off.
  static func cacheTTL(_ name: String, field: String) -> Setting {
    Setting(
      name: name,
      group: .cache,
      takes: "seconds as an integer from 0 to 86400",
      summary: "How long `\(field)` stays in Redis; 0 turns its caching off. "
        + "Unset: what `schema.graphql` says.",
      isSecret: false,
      apply: { text, configuration throws(Refusal) in
        guard let seconds = Int(text), (0...86400).contains(seconds) else { throw Refusal() }
        configuration.cacheTTLs[name] = seconds
      },
      show: { $0.cacheTTLs[name].map(String.init) ?? "" }
    )
  }
}

extension Substring {
  func trimmingSpaces() -> Substring {
    var trimmed = self
    while trimmed.first == " " || trimmed.first == "\t" { trimmed.removeFirst() }
    while trimmed.last == " " || trimmed.last == "\t" { trimmed.removeLast() }
    return trimmed
  }
}
