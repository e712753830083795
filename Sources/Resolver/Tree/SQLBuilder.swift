import Database

/// The values of a statement whose text depends on what was asked: each gets its `$n` in turn.
///
/// Text comes from constants of the program only; what a client sends becomes a parameter.
struct SQLParameters {
  private(set) var values: [SQLParameter] = []

  /// `$n`, to be followed by a cast.
  mutating func append(_ value: SQLParameter) -> String {
    values.append(value)
    return "$\(values.count)"
  }

  /// The number that the next value gets.
  var next: Int { values.count + 1 }
}

extension SQLStatement {
  /// One of the texts that a resolver can make. Each has a name of its own, so that a connection keeps several prepared.
  init(family: String, _ text: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    self.init("\(family)_\(String(hash, radix: 36))", text)
  }
}
