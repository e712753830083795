/// What a development gateway makes up once and keeps in its data folder.
struct DevSecrets: Sendable {
  let folder: DataFolder

  /// Key of the tokens' signature: a token of yesterday works today.
  func tokenKey() throws -> String { try SecretFile.text(at: folder.path + "/token-key", bytes: 32) }

  /// Password of the demo account.
  func password() throws -> String { try SecretFile.text(at: folder.path + "/demo-password", bytes: 9) }
}
