import HTTPTypes

/// When a body is worth compressing, and what its header fields say then. Free of any framework.
struct ResponseCompression: Sendable {
  /// Bytes; smaller bodies go as they are. 0: all do.
  let minimum: Int

  /// Whether a response of these fields comes in two forms, so that caches must tell them apart.
  func concerns(_ fields: HTTPFields, length: Int?) -> Bool {
    guard minimum > 0, let length, length >= minimum, !fields.contains(.contentEncoding) else { return false }
    return fields[.contentType].map { $0.hasPrefix("application/") || $0.hasPrefix("text/") } ?? false
  }

  /// The body as the client gets it. Adapts the fields.
  func encode(_ body: [UInt8], _ fields: inout HTTPFields, acceptEncoding: String?) -> [UInt8] {
    encode(length: body.count, &fields, acceptEncoding: acceptEncoding) { coding in
      Compression.encode(body, as: coding).flatMap { $0.count < body.count ? $0 : nil }
    } ?? body
  }

  /// - Parameter encoded: the body in a coding; nil when that makes it no smaller.
  /// - Returns: nil when the body goes as it is.
  func encode<Body>(
    length: Int,
    _ fields: inout HTTPFields,
    acceptEncoding: String?,
    _ encoded: (ContentCoding) -> Body?
  ) -> Body? {
    guard concerns(fields, length: length) else { return nil }
    fields.appendVary("Accept-Encoding")
    guard let coding = ContentCoding.forResponse(acceptEncoding), let body = encoded(coding) else { return nil }
    fields[.contentEncoding] = coding.rawValue
    fields[.contentLength] = nil
    // The same tag for two forms of one thing is a weak one (RFC 9110 section 8.8.3.3).
    if let tag = fields[.eTag], !tag.hasPrefix("W/") { fields[.eTag] = "W/" + tag }
    return body
  }
}
