import Database

/// The values of a statement whose text depends on what was asked: each gets its `$n` in turn.
///
/// Text comes from constants of the program only; what a client sends becomes a parameter.
struct SQLParameters {
  private(set) var values: [SQLParameter] = []
  /// The lower bounds of a trial, by position.
  private var lower: [Int: SQLParameter] = [:]
  /// The array that holds the values, `$n`; nil where each is a parameter of its own.
  private let array: String?

  init() {
    array = nil
  }

  /// Values that are elements of one parameter of type `text[]`.
  init(elementsOf array: String) {
    self.array = array
  }

  /// `$n` or `($n)[i]`, to be followed by a cast.
  mutating func append(_ value: SQLParameter) -> String {
    values.append(value)
    return array.map { "(\($0))[\(values.count)]" } ?? "$\(values.count)"
  }

  /// A bound of what is read, and the lower one of a trial.
  mutating func append(bound: Int64, trial: Int64) -> String {
    lower[values.count] = .int(trial)
    return append(.int(bound))
  }

  /// The values of a trial of the same statement.
  /// - Parameters:
  ///   - maximum: how many rows a trial reads.
  ///   - bound: how many the statement reads.
  func trial(maximum: Int64, bound: Int64) -> SQLQuery.Trial {
    let parameters = values.enumerated().map { lower[$0] ?? $1 }
    return SQLQuery.Trial(parameters: parameters, unfinished: maximum + 1...max(bound, maximum + 1))
  }

  /// Values that belong together; the number of the first.
  mutating func append(contentsOf more: [SQLParameter]) -> Int {
    defer { values += more }
    return next
  }

  /// The values as one array. Only texts and arrays of texts can be elements.
  var asArray: SQLParameter { .textArray(values.map(\.elementText)) }

  /// The number that the next value gets.
  var next: Int { values.count + 1 }
}

extension SQLParameter {
  /// As an element of an array of texts; an array is written as its own text (PostgreSQL 15 manual, 8.15.6).
  fileprivate var elementText: String {
    switch self {
    case .text(let text): return text
    case .int(let number): return String(number)
    case .textArray(let values):
      var text: [UInt8] = [UInt8(ascii: "{")]
      for value in values {
        if text.count > 1 { text.append(UInt8(ascii: ",")) }
        text.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
          if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
          text.append(byte)
        }
        text.append(UInt8(ascii: "\""))
      }
      text.append(UInt8(ascii: "}"))
      return String(decoding: text, as: UTF8.self)
    case .null, .bytes, .bool, .double: preconditionFailure("no value of a filter is of this kind")
    }
  }
}

extension SQLStatement {
  /// One of the texts that a resolver can make. Each has a name of its own, so that a connection keeps several prepared.
  init(family: String, _ text: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    self.init("\(family)_\(String(hash, radix: 36))", text)
  }
}
