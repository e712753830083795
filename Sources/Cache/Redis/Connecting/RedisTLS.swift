import NIOCore
import NIOSSL

/// How servers behind `rediss://` are believed, and what we show them.
public struct RedisTLS: Sendable {
  public struct Settings: Sendable, Hashable {
    /// PEM file of the authorities that sign servers; nil means those that the system trusts.
    public var authorityFile: String?
    /// PEM files of our own certificate (with its chain) and key, for servers that ask for one.
    public var certificateFile: String?
    public var keyFile: String?
    public var verification = Verification.full

    public init() {}
  }

  /// What is looked at in a server's certificate.
  public enum Verification: String, Sendable, Hashable, CaseIterable {
    /// That an authority signed it, its dates, and that it is for the host we ask for.
    case full
    /// All but the host.
    case authority
    /// Nothing: whoever sits between can read and change everything.
    case none
  }

  private let context: NIOSSLContext

  /// Reads the files.
  /// - Throws: `configuration`, with the name of the file.
  public init(_ settings: Settings = Settings()) throws(CacheError) {
    var configuration = TLSConfiguration.makeClientConfiguration()
    switch settings.verification {
    case .full: configuration.certificateVerification = .fullVerification
    case .authority: configuration.certificateVerification = .noHostnameVerification
    case .none: configuration.certificateVerification = .none
    }
    if let file = settings.authorityFile {
      let authorities = try Self.load(file, "certificates of authorities") { try NIOSSLCertificate.fromPEMFile($0) }
      configuration.trustRoots = .certificates(authorities)
    }
    guard (settings.certificateFile == nil) == (settings.keyFile == nil) else {
      throw CacheError(.configuration, "Redis TLS: a certificate needs its key, and a key its certificate")
    }
    if let certificateFile = settings.certificateFile, let keyFile = settings.keyFile {
      let chain = try Self.load(certificateFile, "a certificate") { try NIOSSLCertificate.fromPEMFile($0) }
      let key = try Self.load(keyFile, "a private key") { try NIOSSLPrivateKey(file: $0, format: .pem) }
      configuration.certificateChain = chain.map { .certificate($0) }
      configuration.privateKey = .privateKey(key)
    }
    do {
      context = try NIOSSLContext(configuration: configuration)
    } catch {
      throw CacheError(.configuration, "Redis TLS: certificate and key do not fit together", detail: "\(error)")
    }
  }

  /// - Parameter host: what the certificate must be for. An address is compared with the addresses in the certificate.
  func handler(for host: String) throws -> NIOSSLClientHandler {
    let isName = (try? SocketAddress(ipAddress: host, port: 0)) == nil
    return try NIOSSLClientHandler(context: context, serverHostname: isName ? host : nil)
  }

  private static func load<R>(_ file: String, _ what: String, _ read: (String) throws -> R) throws(CacheError) -> R {
    do {
      return try read(file)
    } catch {
      throw CacheError(.configuration, "Redis TLS: \(file) cannot be read as PEM with \(what)", detail: "\(error)")
    }
  }
}
