/// The first step of parsing without the rest, which the module keeps to itself.
public enum LexingAlone {
  /// How many tokens a source has, with the one that ends it.
  public static func tokenCount(_ source: Source) -> Int {
    var memory = ParserMemory(size: Lexer.memorySize(of: source))
    var lexer = Lexer(source, maxTokens: .max, in: &memory)
    var count = 1
    while lexer.kind != .endOfFile, lexer.kind != .invalid {
      lexer.advance()
      count += 1
    }
    return count
  }
}
