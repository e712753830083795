import Glibc

/// Says what the engine makes of GraphQL texts, for the differential tests: reads one case a line on standard input,
/// writes one verdict a line on standard output, in the same order. Both are JSON.
///
/// | case | verdict |
/// |---|---|
/// | `{kind: "parse", text}` | `{printed}`, the document in canonical text, or `{error}` |
/// | `{kind: "schema", text}` | `{errors}`, empty when the type system is valid |
/// | `{kind: "validate", schema, text}` | `{errors}`, each with its rule |
/// | `{kind: "coerce", schema, query, variables?}` | `{variables, arguments}` or `{errors}` |
/// | `{kind: "execute", schema, query, variables?, operationName?, root?, faults?}` | the response map |
@main
struct LanguageCheck {
  static func main() async {
    var cases = CaseRunner()
    while let line = readLine() {
      write(await cases.verdict(on: Array(line.utf8)) + [UInt8(ascii: "\n")])
    }
  }

  /// At once, so that the reader can wait for each verdict.
  private static func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
