extension Histogram {
  /// The values below which the given parts of all values lie, by nearest rank, each within 1 %; nil when there are none, or the
  /// text is no histogram.
  ///
  /// An answer may hold hundreds of histograms of some thousand digits, so they are read in one pass, and nothing is kept.
  /// - Parameters:
  ///   - text: a ``numeric`` as PostgreSQL writes it.
  ///   - parts: per mille, ascending.
  public static func quantiles(
    ofNumeric text: UnsafeBufferPointer<UInt8>,
    perMille parts: [Int64]
  ) -> [Double]? {
    let buckets = (text.count + HistogramScale.digits - 1) / HistogramScale.digits
    return unsafe withUnsafeTemporaryAllocation(of: Int64.self, capacity: buckets) { counts in
      guard let total = unsafe read(text, into: counts), total > 0 else { return nil }
      return unsafe quantiles(of: UnsafeBufferPointer(counts), total: total, perMille: parts)
    }
  }

  /// Reads the count of each bucket, bucket 0 first.
  /// - Returns: how many values there are in all; nil when something else than digits is found.
  private static func read(
    _ text: UnsafeBufferPointer<UInt8>,
    into counts: UnsafeMutableBufferPointer<Int64>
  ) -> Int64? {
    var total: Int64 = 0
    var end = text.count
    for bucket in counts.indices {
      let start = max(0, end - HistogramScale.digits)
      var count: Int64 = 0
      var others: UInt8 = 0
      for index in start..<end {
        let digit = unsafe text[index] &- UInt8(ascii: "0")
        others |= digit > 9 ? 1 : 0
        count = count &* 10 &+ Int64(digit)
      }
      guard others == 0 else { return nil }
      unsafe counts.initializeElement(at: bucket, to: count)
      total &+= count
      end = start
    }
    return total
  }

  private static func quantiles(
    of counts: UnsafeBufferPointer<Int64>,
    total: Int64,
    perMille parts: [Int64]
  ) -> [Double] {
    var bucket = 0
    var passed: Int64 = 0
    return parts.map { part in
      let (quotient, remainder) = (part.multipliedFullWidth(by: total)).low.quotientAndRemainder(dividingBy: 1000)
      let rank = max(1, Int64(quotient) + (remainder > 0 ? 1 : 0))
      while bucket < counts.count - 1, unsafe passed + counts[bucket] < rank {
        unsafe passed += counts[bucket]
        bucket += 1
      }
      return HistogramScale.value(ofBucket: bucket)
    }
  }
}
