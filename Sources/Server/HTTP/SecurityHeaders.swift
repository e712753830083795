import HTTPTypes

/// Header fields that every response carries unless its handler has set them itself.
enum SecurityHeaders {
  private static let defaults: [HTTPField] = [
    HTTPField(name: .xContentTypeOptions, value: "nosniff"),
    HTTPField(name: .contentSecurityPolicy, value: "default-src 'none'; frame-ancestors 'none'"),
    HTTPField(name: .cacheControl, value: "no-store"),
    field("Referrer-Policy", "no-referrer"),
    field("X-Frame-Options", "DENY"),
  ].compactMap { $0 }

  static func apply(to fields: inout HTTPFields) {
    for field in defaults where !fields.contains(field.name) { fields.append(field) }
  }

  private static func field(_ name: String, _ value: String) -> HTTPField? {
    HTTPField.Name(name).map { HTTPField(name: $0, value: value) }
  }
}
