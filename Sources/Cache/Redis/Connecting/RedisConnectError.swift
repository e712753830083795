import Glibc
import NIOCore
import NIOPosix
import NIOSSL

extension CacheError {
  /// Why there is no connection: where, what happened, and what would be right. Never says a password.
  /// - Parameter certificate: what a server has shown that we do not believe.
  static func unreachable(
    _ address: RedisAddress,
    _ error: any Error,
    certificate: NIOSSLCertificate? = nil
  ) -> CacheError {
    if let error = error as? CacheError { return error }
    return CacheError(
      .unavailable,
      "Redis cannot be reached",
      detail: "\(address.place): \(reason(error, address, certificate))"
    )
  }

  private static func reason(
    _ error: any Error,
    _ address: RedisAddress,
    _ certificate: NIOSSLCertificate?
  ) -> String {
    switch error {
    case let error as NIOConnectionError: reason(error, address)
    case let error as IOError: words(error)
    case ChannelError.connectTimeout: "the server cannot be reached in time; check host, port and firewall"
    case NIOSSLError.handshakeFailed(let cause): reason(cause, certificate)
    case let error as BoringSSLError: reason(error, certificate)
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      "the certificate is for another host; name the host as the certificate does, or set REDIS_TLS_VERIFY=authority"
    default: "\(error)"
    }
  }

  private static func reason(_ error: NIOConnectionError, _ address: RedisAddress) -> String {
    if let failure = error.connectionErrors.last { return reason(failure.error, address, nil) }
    return "the name \(error.host) is unknown; check the host in the URL"
  }

  private static func words(_ error: IOError) -> String {
    switch error.errnoCode {
    case ECONNREFUSED: "nothing listens there (ECONNREFUSED); check host and port"
    case ENOENT: "there is no such socket (ENOENT); check the path"
    case EACCES: "we may not use this socket (EACCES)"
    default: "\(error)"
    }
  }

  private static func reason(_ error: BoringSSLError, _ certificate: NIOSSLCertificate?) -> String {
    let text = "\(error)"
    if text.contains("CERTIFICATE_VERIFY_FAILED") { return distrust(certificate) }
    if text.contains("WRONG_VERSION_NUMBER") { return "the server does not speak TLS at this port; use redis://" }
    if text.contains("CERTIFICATE_REQUIRED") || text.contains("HANDSHAKE_FAILURE") {
      return "the server refused the TLS handshake; it may want REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE (\(text))"
    }
    return "the TLS handshake failed (\(text))"
  }

  private static func distrust(_ certificate: NIOSSLCertificate?) -> String {
    let now = WallClock.milliseconds / 1000
    if let certificate, Int64(certificate.notValidAfter) < now {
      return "the certificate of the server has expired \((now - Int64(certificate.notValidAfter)) / 86_400) days ago"
    }
    if let certificate, Int64(certificate.notValidBefore) > now { return "the certificate is not valid yet" }
    return "the certificate is signed by nobody we trust; set REDIS_TLS_CA_FILE to the authority that signed it"
  }
}
