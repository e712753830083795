import HTTPTypes

extension [String: String] {
  /// Header fields of these names.
  var httpFields: HTTPFields {
    var fields = HTTPFields()
    for (name, value) in self {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    return fields
  }
}
