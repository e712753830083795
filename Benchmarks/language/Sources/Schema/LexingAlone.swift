/// The first step of parsing without the rest, which the module keeps to itself.
public enum LexingAlone {
  /// How many tokens a source has, with the one that ends it.
  public static func tokenCount(_ source: Source) -> Int {
    Lexer.tokens(of: source).tokens.count
  }
}
