/// How the keys of an answer are written.
public enum KeyStyle: Sendable, Hashable {
  /// As the selection says: GraphQL.
  case responseName
  /// In snake_case: REST.
  case snakeCase
}

/// The two spellings of a name: camelCase in GraphQL, snake_case in REST, in cached bodies and in SQL.
public enum NameStyle {
  /// `totalCostUsd` → `total_cost_usd`. Names that are in snake_case already stay.
  public static func snakeCase(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      if scalar >= "A" && scalar <= "Z" {
        if !result.isEmpty && !result.hasSuffix("_") { result.append("_") }
        result.append(String(scalar).lowercased())
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// `total_cost_usd` → `totalCostUsd`.
  public static func camelCase(_ name: String) -> String {
    var result = ""
    var isWordStart = false
    for character in name {
      if character == "_" && !result.isEmpty {
        isWordStart = true
      } else {
        result.append(isWordStart ? character.uppercased() : String(character))
        isWordStart = false
      }
    }
    return result
  }
}
