/// The distinct calls of a request, and which step shows which.
struct CallTable: Sendable {
  private enum Entry {
    case call(Int)
    case settled(StepResults.Outcome)
  }

  private struct Identity: Hashable {
    let root: Int
    let arguments: [UInt8]
  }

  private(set) var calls: [RootCall] = []
  private var entries: [Entry] = []
  private var positions: [Identity: Int] = [:]

  mutating func append(_ outcome: StepResults.Outcome) {
    entries.append(.settled(outcome))
  }

  mutating func append(_ call: RootCall) {
    let identity = Identity(root: call.root, arguments: call.argumentsText)
    if let position = positions[identity] {
      entries.append(.call(position))
    } else {
      positions[identity] = calls.count
      entries.append(.call(calls.count))
      calls.append(call)
    }
  }

  /// The outcome of each step, given that of each call.
  func outcomes(_ results: [StepResults.Outcome]) -> [StepResults.Outcome] {
    entries.map { entry in
      switch entry {
      case .call(let position): results[position]
      case .settled(let outcome): outcome
      }
    }
  }

  /// For each step what belongs to its call, given that of each call; nil for steps without one.
  func byStep<Value>(_ values: [Value?]) -> [Value?] {
    entries.map { entry in
      switch entry {
      case .call(let position): values[position]
      case .settled: nil
      }
    }
  }

  /// The steps that show a call.
  func steps(ofCall position: Int) -> [Int] {
    entries.indices.filter { index in
      if case .call(position) = entries[index] { true } else { false }
    }
  }
}
