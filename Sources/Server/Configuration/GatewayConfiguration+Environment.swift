extension GatewayConfiguration {
  /// Reads and checks every setting.
  ///
  /// A name that is set to nothing counts as unset, so that `NAME=` in a compose file means the default.
  ///
  /// - Throws: one ``ConfigurationError`` that lists everything that is wrong, so that one start shows it all.
  public init(environment: [String: String]) throws(ConfigurationError) {
    self.init()
    var problems: [String] = []
    for setting in Self.settings {
      guard let text = environment[setting.name], !text.isEmpty else { continue }
      do {
        try setting.apply(text, &self)
      } catch {
        problems.append(setting.complaint(about: text, because: error.because))
      }
    }
    problems += contradictions
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
  }

  /// What `serve` and `dev` need besides: without a key nobody could be told from anybody.
  public func requireIdentity() throws(ConfigurationError) {
    guard jwtSecret.isEmpty else { return }
    throw ConfigurationError(problems: [
      "JWT_SECRET is not set; it takes at least 32 bytes, for example the output of `openssl rand -hex 32`"
    ])
  }

  private var contradictions: [String] {
    var problems: [String] = []
    if poolMinimum > poolMaximum {
      problems.append("DB_POOL_MIN_SIZE (\(poolMinimum)) is greater than DB_POOL_MAX_SIZE (\(poolMaximum))")
    }
    if platformPoolMinimum > platformPoolMaximum {
      problems.append(
        "PLATFORM_POOL_MIN_SIZE (\(platformPoolMinimum)) is greater than "
          + "PLATFORM_POOL_MAX_SIZE (\(platformPoolMaximum))"
      )
    }
    if port == internalPort, port != 0, host == internalHost {
      problems.append("PORT and SERVICE_PORT are both \(port); the two listeners need a port each")
    }
    return problems
  }
}

extension Setting {
  fileprivate func complaint(about text: String, because: String?) -> String {
    let shown = isSecret ? "" : " is `\(text.prefix(200))`, but"
    let reason = because.map { " (\($0))" } ?? ""
    return "\(name)\(shown) takes \(takes)\(reason)"
  }
}

/// What is wrong with the settings, one line each: name, value (never a secret's) and what would be right.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  public let problems: [String]

  public var description: String { problems.joined(separator: "\n") }
}
