/// Why a value does not fit a type.
struct CoercionFailure: Error {
  let message: String
  var code: ErrorCode?

  init(_ message: String, code: ErrorCode? = nil) {
    self.message = message
    self.code = code
  }
}

/// A coercion failure inside a given value: where it is, and what stands there.
struct PlacedFailure {
  let failure: CoercionFailure
  /// From the outermost step inwards.
  let path: [PathElement]
  let value: InputValue
}

extension PlacedFailure {
  /// `Variable "$where" got invalid value "x" at "where.latencyMs.gt"; Int cannot represent …`.
  func message(forVariable variable: String) -> String {
    var place = variable
    for element in path {
      switch element {
      case .key(let key): place += "." + key
      case .index(let index): place += "[\(index)]"
      }
    }
    let at = path.isEmpty ? "" : " at \"\(place)\""
    return "Variable \"$\(variable)\" got invalid value \(value.excerpt)\(at); \(failure.message)"
  }
}
