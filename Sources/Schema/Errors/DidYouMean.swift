/// Suggestions for misspelt names.
enum DidYouMean {
  private static let maxSuggestions = 5

  /// ` Did you mean "a", "b", or "c"?` with a leading space, or nothing. `what` comes before the names.
  static func hint(for wrong: String, among names: [String], what: String = "") -> String {
    sentence(suggestions(for: wrong, among: names).map { "\"\($0)\"" }, what: what)
  }

  /// ` Did you mean …?` over ready-made texts.
  static func sentence(_ suggestions: [String], what: String = "") -> String {
    let shown = suggestions.prefix(maxSuggestions)
    guard let last = shown.last else { return "" }
    let subject = what.isEmpty ? "" : what + " "
    switch shown.count {
    case 1: return " Did you mean \(subject)\(last)?"
    case 2: return " Did you mean \(subject)\(shown[0]) or \(last)?"
    default: return " Did you mean \(subject)\(shown.dropLast().joined(separator: ", ")), or \(last)?"
    }
  }

  /// The names within a small edit distance, nearest first, then in alphabetical order.
  ///
  /// - Complexity: O(names × length²) for names of up to 64 bytes; longer input gets no suggestions.
  static func suggestions(for wrong: String, among names: [String]) -> [String] {
    let input = Array(wrong.utf8)
    guard input.count <= 64 else { return [] }
    let threshold = Int(Double(input.count) * 0.4) + 1
    let lowered = input.map(lowercase)
    var found: [(name: String, distance: Int)] = []
    for name in names {
      let option = Array(name.utf8)
      guard abs(option.count - input.count) <= threshold, option.count <= 128 else { continue }
      let distance = distance(input, lowered, option)
      if distance <= threshold { found.append((name, distance)) }
    }
    return found.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.map(\.name)
  }

  private static func distance(_ input: [UInt8], _ lowered: [UInt8], _ option: [UInt8]) -> Int {
    if input == option { return 0 }
    let other = option.map(lowercase)
    // A difference in case only is one edit.
    return lowered == other ? 1 : lexicalDistance(lowered, other)
  }

  /// Damerau-Levenshtein with adjacent transpositions, three rows at a time.
  private static func lexicalDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 1...max(1, left.count) where !left.isEmpty {
      var current = [row]
      for column in stride(from: 1, through: right.count, by: 1) {
        let cost = left[row - 1] == right[column - 1] ? 0 : 1
        var best = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + cost)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          best = min(best, beforeLast[column - 2] + 1)
        }
        current.append(best)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}
