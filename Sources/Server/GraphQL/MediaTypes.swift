/// The two representations of a GraphQL response (GraphQL over HTTP, section 4.1).
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
  /// Without an `Accept` it is the modern type, which the draft asks for since 2025 (section 6.1.1). Where both are liked
  /// equally by a wildcard it is `application/json`, which every client understands; where both are named with the
  /// same weight, the modern one.
  static func negotiate(_ accept: String?) -> GraphQLMediaType? {
    guard let accept, accept.utf8.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) else {
      return .response
    }
    let ranges = HeaderList.split(accept, at: UInt8(ascii: ",")).compactMap(MediaRange.init)
    let response = weight(of: .response, in: ranges)
    let json = weight(of: .json, in: ranges)
    guard max(response.quality, json.quality) > 0 else { return nil }
    if response.quality != json.quality { return response.quality > json.quality ? .response : .json }
    return response.specificity == 2 ? .response : .json
  }

  /// Whether an `Accept` names one of the JSON types, which no link, image or form of a web page does.
  static func namesJSON(_ accept: String?) -> Bool {
    HeaderList.split(accept ?? "", at: UInt8(ascii: ",")).compactMap(MediaRange.init).contains { range in
      range.quality > 0
        && (range.specificity(for: .response) == 2 || range.specificity(for: .json) == 2)
    }
  }

  /// Bodies are taken as JSON in UTF-8, which is assumed where no charset is given (draft, section 4.1).
  /// - Throws: 415 that says what is wrong.
  static func requireJSON(_ contentType: String?) throws(Problem) {
    guard
      let contentType, let type = ParameterizedName(Substring(contentType).utf8),
      type.name == GraphQLMediaType.json.rawValue
    else { throw ErrorMapping.unsupportedMediaType(GraphQLMediaType.json.rawValue) }
    if let charset = type["charset"], charset.lowercased() != "utf-8" { throw ErrorMapping.unsupportedCharset }
  }

  private static func weight(
    of type: GraphQLMediaType,
    in ranges: [MediaRange]
  ) -> (quality: Int, specificity: Int) {
    // The most specific range decides, whatever its weight (RFC 9110 section 12.5.1).
    var best = (quality: 0, specificity: -1)
    for range in ranges {
      if let specificity = range.specificity(for: type), specificity > best.specificity {
        best = (range.quality, specificity)
      }
    }
    return best
  }
}

/// One item of an `Accept` field: `application/*;q=0.5`.
private struct MediaRange {
  private let name: String
  /// In thousandths.
  let quality: Int

  /// Nil for what is no media range, has no good weight, or wants another charset than we have.
  init?(_ text: Substring.UTF8View) {
    guard let range = ParameterizedName(text), let weight = range.weight else { return nil }
    let halves = range.name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard halves.count == 2, halves.allSatisfy({ HeaderList.isToken($0) }) else { return nil }
    if let charset = range["charset"], charset.lowercased() != "utf-8" { return nil }
    name = range.name
    quality = weight
  }

  /// 2 named in full, 1 `application/*`, 0 `*/*`; nil when the range does not hold the type.
  func specificity(for type: GraphQLMediaType) -> Int? {
    switch name {
    case type.rawValue: 2
    case "application/*": 1
    case "*/*": 0
    default: nil
    }
  }
}
