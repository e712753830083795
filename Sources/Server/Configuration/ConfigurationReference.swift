/// Writes `docs/configuration.md` from the table of settings.
public enum ConfigurationReference {
  /// The page. A test compares it with the file, so the two never differ.
  public static func markdown() -> String {
    let defaults = GatewayConfiguration()
    var page = """
      # Configuration

      Settings are environment variables; a value that does not fit stops the start with its name and what would be
      right. This page is generated from `Sources/Server/Configuration/GatewayConfiguration.swift`.

      """
    for group in Setting.Group.allCases {
      page += "\n## \(group.rawValue)\n\n| name | default | takes | what it does |\n|---|---|---|---|\n"
      for setting in GatewayConfiguration.settings where setting.group == group {
        page += "| `\(setting.name)` | \(defaultText(setting, defaults)) | \(setting.takes) | \(setting.summary) |\n"
      }
    }
    return page
  }

  private static func defaultText(_ setting: Setting, _ defaults: GatewayConfiguration) -> String {
    let text = setting.show(defaults)
    return text.isEmpty ? "" : "`\(text)`"
  }
}
