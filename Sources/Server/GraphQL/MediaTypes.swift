/// The two representations of a GraphQL response (GraphQL over HTTP, section 4).
enum GraphQLMediaType: String, Sendable, Equatable {
  case response = "application/graphql-response+json"
  case json = "application/json"

  /// For `Content-Type`.
  var contentType: String { "\(rawValue); charset=utf-8" }
}

/// Media types in `Accept` and `Content-Type` (RFC 9110 sections 8.3.1 and 12.5.1).
enum MediaTypes {
  /// What the client likes best of what we have; nil when it takes neither (406).
  ///
  /// Without an `Accept`, and where both are liked equally by a wildcard, the answer is `application/json`, which every
  /// client understands. Where both are named with the same weight it is the modern type.
  static func negotiate(_ accept: String?) -> GraphQLMediaType? {
    guard let accept, accept.contains(where: { $0 != " " }) else { return .json }
    let ranges = split(accept, at: ",").compactMap(MediaRange.init)
    let response = weight(of: .response, in: ranges)
    let json = weight(of: .json, in: ranges)
    guard max(response.quality, json.quality) > 0 else { return nil }
    if response.quality != json.quality { return response.quality > json.quality ? .response : .json }
    return response.specificity >= json.specificity && response.specificity == 2 ? .response : .json
  }

  /// Whether a `Content-Type` is JSON in UTF-8.
  static func isJSON(_ contentType: String?) -> Bool {
    guard let contentType else { return false }
    var parts = split(contentType, at: ";").map { $0.trimmingSpaces().lowercased() }
    guard !parts.isEmpty, parts.removeFirst() == "application/json" else { return false }
    return parts.allSatisfy { part in
      guard part.hasPrefix("charset") else { return true }
      let value = part.drop { $0 != "=" }.dropFirst().trimmingSpaces()
      return value == "utf-8" || value == "\"utf-8\""
    }
  }

  private static func weight(of type: GraphQLMediaType, in ranges: [MediaRange]) -> MediaRange.Weight {
    let matching = ranges.compactMap { $0.weight(for: type.rawValue) }
    // The most specific range decides, whatever its weight (RFC 9110 section 12.5.1).
    return matching.max { $0.specificity < $1.specificity } ?? MediaRange.Weight(quality: 0, specificity: -1)
  }

  static func split(_ text: String, at separator: Character) -> [Substring] {
    text.split(separator: separator, omittingEmptySubsequences: true)
  }
}

/// One item of an `Accept` field: `application/*;q=0.5`.
private struct MediaRange {
  let type: String
  let subtype: String
  let quality: Double

  struct Weight {
    var quality: Double
    /// 2 named in full, 1 `application/*`, 0 `*/*`.
    var specificity: Int
  }

  init?(_ text: Substring) {
    let parts = text.split(separator: ";").map { $0.trimmingSpaces().lowercased() }
    guard let name = parts.first else { return nil }
    let halves = name.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else { return nil }
    var quality = 1.0
    for parameter in parts.dropFirst() {
      if parameter.hasPrefix("q=") {
        guard let value = Double(parameter.dropFirst(2)), (0...1).contains(value) else { return nil }
        quality = value
      } else if parameter.hasPrefix("charset"), !parameter.contains("utf-8") {
        return nil
      }
    }
    type = String(halves[0])
    subtype = String(halves[1])
    self.quality = quality
  }

  func weight(for name: String) -> Weight? {
    if "\(type)/\(subtype)" == name { return Weight(quality: quality, specificity: 2) }
    if type == "application", subtype == "*" { return Weight(quality: quality, specificity: 1) }
    if type == "*", subtype == "*" { return Weight(quality: quality, specificity: 0) }
    return nil
  }
}
