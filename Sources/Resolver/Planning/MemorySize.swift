import Schema

/// What compiled documents occupy, so that the plan cache can be bounded in bytes.
///
/// Counts the arrays by their elements. What is not counted, headers of objects and spare capacity, is a few hundred bytes.
extension OperationPlan {
  var byteCount: Int {
    var bytes = Self.allocation * 12
    bytes += size(of: rootSteps) + rootSteps.reduce(0) { $0 + ($1.constantArguments?.byteCount ?? 0) }
    bytes += size(of: argumentChecks)
    bytes += size(of: nestedSteps) + nestedSteps.reduce(0) { $0 + $1.path.count * 8 + $1.properties.count * 48 }
    return bytes + output.byteCount
  }

  /// What malloc and the header of a Swift array take, about.
  fileprivate static let allocation = 48
}

extension OutputPlan {
  fileprivate var byteCount: Int {
    var bytes = size(of: selections) + size(of: variants) + size(of: fields) + size(of: enumValues) + text.capacity
    bytes += size(of: details)
    for detail in details { bytes += OperationPlan.allocation + detail.offsets.count * 4 + detail.name.utf8.count }
    return bytes
  }
}

extension CallArguments {
  fileprivate var byteCount: Int {
    text.count * 4 + values.values.count * 64 + 256
  }
}

extension Document {
  var byteCount: Int {
    let nodes = size(of: operations) + size(of: fragments) + size(of: variableDefinitions) + size(of: selections)
    let leaves = size(of: arguments) + size(of: directives) + size(of: values) + size(of: objectFields)
    return source.bytes.count + size(of: symbols) + size(of: definitions) + nodes + leaves + 1024
  }
}

private func size<Element>(of array: [Element]) -> Int {
  array.capacity * MemoryLayout<Element>.stride
}
