/// The cases of several databases by turns, so that what else the machine does meets them alike.
struct Comparison {
  private let all: [Measurements]
  private let rounds: Int

  init(_ all: [Measurements], rounds: Int) {
    self.all = all
    self.rounds = rounds
  }

  func print() async throws {
    let sizes = all.map { "\($0.data.count) traces: median | p95 | cpu: database | gateway" }
    Swift.print("\n| ms | \((sizes + (all.count > 1 ? ["last ÷ first"] : [])).joined(separator: " | ")) |")
    Swift.print("| --- |\(String(repeating: " --: |", count: 4 * all.count + (all.count > 1 ? 1 : 0)))")
    for index in all[0].cases.indices { try await row(index) }
  }

  private func row(_ index: Int) async throws {
    var samples = all.map { _ in Samples() }
    let rounds = all[0].cases[index].isSlow ? min(rounds, 5) : rounds
    for round in 0...rounds {
      for (place, measurements) in all.enumerated() {
        let sample = try await measurements.sample(index, round: round)
        // The first run prepares the statements.
        if round > 0 { samples[place].add(sample) }
      }
    }
    var cells = samples.flatMap { [$0.median(\.wall), $0.p95, $0.median(\.database), $0.median(\.gateway)] }
    if let first = samples.first, let last = samples.last, samples.count > 1 {
      cells.append(last.median(\.database) / first.median(\.database))
    }
    let texts = cells.map { $0.isFinite ? "\(($0 * 100).rounded() / 100)" : "-" }
    Swift.print("| \(all[0].cases[index].name) | \(texts.joined(separator: " | ")) |")
  }
}

/// Milliseconds of one call.
struct Sample {
  let wall: Double
  /// Processor time of the connection's process on the server; not a number when it cannot be had.
  let database: Double
  /// Processor time of this process.
  let gateway: Double
}

struct Samples {
  private var samples: [Sample] = []

  mutating func add(_ sample: Sample) {
    samples.append(sample)
  }

  func median(_ part: KeyPath<Sample, Double>) -> Double {
    let sorted = samples.map { $0[keyPath: part] }.sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
  }

  var p95: Double {
    let sorted = samples.map(\.wall).sorted()
    return sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
  }
}
