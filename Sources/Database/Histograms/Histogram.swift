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
}
