import Foundation
import TestSupport

/// Certificates for one test, made by `openssl` in a folder that goes with it.
final class TestCertificates: Sendable {
  enum Kind: String, CaseIterable {
    /// For 127.0.0.1 and localhost, signed by our authority.
    case good
    /// The same, of yesteryear.
    case expired
    /// The same for another host.
    case elsewhere
    /// Signed by somebody else.
    case foreign
  }

  private let folder: String

  init() async throws {
    folder = FileManager.default.temporaryDirectory.path + "/tracegate-tls-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try await makeAuthority("ours")
    try await makeAuthority("theirs")
    try await make(.good, signedBy: "ours")
    try await make(
      .expired,
      signedBy: "ours",
      dates: ["-not_before", "20200101000000Z", "-not_after", "20210101000000Z"]
    )
    try await make(.elsewhere, signedBy: "ours", for: "DNS:elsewhere.example")
    try await make(.foreign, signedBy: "theirs")
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  var authority: String { "\(folder)/ours.crt" }
  func certificate(_ kind: Kind) -> String { "\(folder)/\(kind).crt" }
  func key(_ kind: Kind) -> String { "\(folder)/\(kind).key" }

  /// What a Redis takes to speak TLS at a port.
  func arguments(_ kind: Kind, port: Int, asksForCertificates: Bool = false) -> [String] {
    [
      "--tls-port", "\(port)", "--tls-cert-file", certificate(kind), "--tls-key-file", key(kind),
      "--tls-ca-cert-file", authority, "--tls-auth-clients", asksForCertificates ? "yes" : "no",
    ]
  }

  private func makeAuthority(_ name: String) async throws {
    try await Program.run(
      "openssl",
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
        + ["-subj", "/CN=\(name)", "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).crt"]
    )
  }

  private func make(
    _ kind: Kind,
    signedBy authority: String,
    for names: String = "DNS:localhost,IP:127.0.0.1",
    dates: [String] = ["-days", "30"]
  ) async throws {
    try await Program.run(
      "openssl",
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=redis"]
        + ["-CA", "\(folder)/\(authority).crt", "-CAkey", "\(folder)/\(authority).key"]
        + ["-addext", "subjectAltName=\(names)", "-addext", "basicConstraints=critical,CA:FALSE"] + dates
        + ["-keyout", key(kind), "-out", certificate(kind)]
    )
  }
}
