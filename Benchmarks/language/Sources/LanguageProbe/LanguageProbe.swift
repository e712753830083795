import Glibc
import Schema

/// Answers questions about documents over standard input and output, for differential tests.
///
/// A question is a line `parse LENGTH`, `schema LENGTH`, `validate LENGTH` or `print LENGTH`, then LENGTH bytes. `schema` sets
/// the schema that `validate` uses. An answer is one line: `ok`, or errors separated by U+001E, each
/// `rule US line:column,… US message`. `print` answers with the canonical text, its line ends as U+001D.
@main
struct LanguageProbe {
  private var schema: GraphQLSchema?
  private var input = StandardInput()

  static func main() {
    var probe = LanguageProbe()
    while let line = probe.input.line() {
      let words = line.split(separator: " ")
      guard words.count == 2, let count = Int(words[1]), let bytes = probe.input.bytes(count) else { return }
      probe.write(probe.respond(String(words[0]), Source(bytes: bytes)) + "\n")
    }
  }

  private mutating func respond(_ kind: String, _ source: Source) -> String {
    do {
      switch kind {
      case "schema":
        schema = nil
        schema = try SchemaBuilder.build(source)
        return "ok"
      case "validate":
        guard let schema else { return "no schema" }
        let document = try Parser.parse(source)
        return Self.text(Validator.validate(document, against: schema).errors)
      case "print":
        let text = Printer.print(try Parser.parse(source))
        return text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\u{1D}")
      default:
        _ = try Parser.parse(source)
        return "ok"
      }
    } catch let errors as SchemaErrors {
      return Self.text(errors.errors)
    } catch let error as GraphQLError {
      return Self.text([error])
    } catch {
      return "unexpected \(error)"
    }
  }

  private static func text(_ errors: [GraphQLError]) -> String {
    errors.isEmpty ? "ok" : errors.map(text).joined(separator: "\u{1E}")
  }

  private static func text(_ error: GraphQLError) -> String {
    let places = error.locations.map { "\($0.line):\($0.column)" }.joined(separator: ",")
    let message = String(error.message.map { $0.isNewline ? " " : $0 })
    return "\(error.rule ?? error.code.rawValue)\u{1F}\(places)\u{1F}\(message)"
  }

  private func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }
}

/// Buffered reading of file descriptor 0.
private struct StandardInput {
  private var buffer: [UInt8] = []
  private var position = 0

  mutating func line() -> String? {
    var line: [UInt8] = []
    while let byte = next(), byte != 0x0A { line.append(byte) }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }

  mutating func bytes(_ count: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      guard let byte = next() else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private mutating func next() -> UInt8? {
    if position == buffer.count {
      buffer = [UInt8](repeating: 0, count: 1 << 16)
      let got = buffer.withUnsafeMutableBytes { read(0, $0.baseAddress, $0.count) }
      buffer.removeLast(buffer.count - max(0, got))
      position = 0
      if buffer.isEmpty { return nil }
    }
    position += 1
    return buffer[position - 1]
  }
}
