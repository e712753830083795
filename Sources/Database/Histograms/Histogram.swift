/// How many values lie in each bucket of ``HistogramScale``: what percentiles are read from.
public struct Histogram: Sendable, Hashable {
  /// By bucket; nothing where there is none.
  public private(set) var counts: [Int: Int64] = [:]

  public init() {}

  public mutating func add(_ value: Int64, count: Int64 = 1) {
    counts[HistogramScale.bucket(of: value), default: 0] += count
  }

  public mutating func add(_ other: Histogram) {
    for (bucket, count) in other.counts { counts[bucket, default: 0] += count }
  }

  /// The text of the `numeric` that stands for it: the digits from the highest bucket to the lowest, and how many zeros
  /// follow.
  public var numeric: String {
    guard let lowest = counts.keys.min(), let highest = counts.keys.max() else { return "0" }
    let width = HistogramScale.digits
    var text: [UInt8] = []
    text.reserveCapacity((highest - lowest + 1) * width + 8)
    for bucket in stride(from: highest, through: lowest, by: -1) {
      let start = text.count
      text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width))
      var rest = counts[bucket] ?? 0
      var index = start + width
      while rest > 0, index > start {
        index -= 1
        text[index] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
    }
    text.append(contentsOf: "e\(lowest * width)".utf8)
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads a `numeric` as PostgreSQL writes it; nil when it is no histogram.
  public init?(numeric text: UnsafeBufferPointer<UInt8>) {
    let width = HistogramScale.digits
    var end = text.count
    var bucket = 0
    while end > 0 {
      let start = max(0, end - width)
      var count: Int64 = 0
      for index in start..<end {
        let digit = unsafe text[index]
        guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
        count = count * 10 + Int64(digit - UInt8(ascii: "0"))
      }
      if count > 0 { counts[bucket] = count }
      end = start
      bucket += 1
    }
  }

  /// The values below which the given parts of all values lie, by nearest rank, each within 1 %; nil when it is empty.
  /// - Parameter parts: per mille, ascending.
  public func quantiles(perMille parts: [Int64]) -> [Double]? {
    let total = counts.values.reduce(0, +)
    guard total > 0 else { return nil }
    var values: [Double] = []
    var passed: Int64 = 0
    var sorted = counts.sorted { $0.key < $1.key }[...]
    for part in parts {
      let (quotient, remainder) = (part.multipliedFullWidth(by: total)).low.quotientAndRemainder(dividingBy: 1000)
      let rank = max(1, Int64(quotient) + (remainder > 0 ? 1 : 0))
      while let first = sorted.first, passed + first.value < rank {
        passed += first.value
        sorted = sorted.dropFirst()
      }
      values.append(HistogramScale.value(ofBucket: sorted.first?.key ?? 0))
    }
    return values
  }
}
