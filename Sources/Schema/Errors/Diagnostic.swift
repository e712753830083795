/// Errors for people at a terminal: `name:line:column: message`, then the source line and a caret under the place.
///
/// Columns count as in every ``SourceLocation``: Unicode scalar values from 1, so that a tab is one column and so is each
/// half of a letter with a combining accent. The caret goes by what a terminal shows instead: a tab in front of it
/// stays a tab, wide characters and emoji take two cells, combining marks none.
public enum Diagnostic {
  /// The message with its place; without a place only `name: message`.
  public static func text(_ message: String, at place: SourceLocation?, in source: Source) -> String {
    guard let place else { return "\(source.name): \(message)" }
    let line = ShownLine(source.line(place.line), column: place.column)
    return "\(source.name):\(place.line):\(place.column): \(message)\n  \(line.text)\n  \(line.indent)^"
  }

  /// Each error at its first place.
  public static func text(_ errors: [GraphQLError], in source: Source) -> String {
    errors.map { text($0.message, at: $0.locations.first, in: source) }.joined(separator: "\n")
  }
}

/// A source line, or what is near a column of it, and the blanks that lead to that column.
private struct ShownLine {
  let text: String
  let indent: String

  /// Lines with more bytes than this are cut.
  private static let maxBytes = 200
  /// What a cut line keeps on either side of the column.
  private static let scalarsKept = 80

  init(_ line: String, column: Int) {
    let scalars = line.unicodeScalars
    let place = scalars.index(scalars.startIndex, offsetBy: column - 1, limitedBy: scalars.endIndex) ?? scalars.endIndex
    var window = scalars.startIndex..<scalars.endIndex
    if line.utf8.count > Self.maxBytes {
      let start = scalars.index(place, offsetBy: -Self.scalarsKept, limitedBy: window.lowerBound)
      let end = scalars.index(place, offsetBy: Self.scalarsKept, limitedBy: window.upperBound)
      window = (start ?? window.lowerBound)..<(end ?? window.upperBound)
    }
    let before = (window.lowerBound > scalars.startIndex ? "…" : "") + Self.harmless(scalars[window.lowerBound..<place])
    let after = Self.harmless(scalars[place..<window.upperBound]) + (window.upperBound < scalars.endIndex ? "…" : "")
    text = before + after
    indent = before.map { $0 == "\t" ? "\t" : String(repeating: " ", count: $0.cells) }.joined()
  }

  /// The text without what would move a terminal's cursor, change its state or turn the direction of writing.
  private static func harmless(_ scalars: Substring.UnicodeScalarView) -> String {
    var text = String.UnicodeScalarView()
    for scalar in scalars { text.append(scalar.isHarmless ? scalar : "\u{FFFD}") }
    return String(text)
  }
}

extension Character {
  /// How many cells of a terminal it takes.
  fileprivate var cells: Int {
    var cells = 0
    for scalar in unicodeScalars { cells = max(cells, scalar.cells) }
    return cells
  }
}

extension Unicode.Scalar {
  fileprivate var isHarmless: Bool {
    switch properties.generalCategory {
    case .control: self == "\t"
    case .lineSeparator, .paragraphSeparator: false
    case .format: !(0x202A...0x202E ~= value || 0x2066...0x2069 ~= value)
    default: true
    }
  }

  fileprivate var cells: Int {
    if isASCII { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return self == "\u{FE0F}" ? 2 : 0
    case .format: return 0
    default: return isWide ? 2 : 1
    }
  }

  /// Wide or full width by Unicode Standard Annex 11, in blocks, and what is an emoji by itself.
  private var isWide: Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18DFF, 0x1B000...0x1B2FF,
      0x20000...0x3FFFD:
      true
    default: properties.isEmojiPresentation
    }
  }
}
