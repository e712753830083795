/// How the rollups' histograms cut values into buckets, as DDSketch does (Masson, Rim, Lee 2019): each bucket reaches 2 %
/// further than the one before, so that its middle is within 1 % of all that it holds. Bounds are whole numbers, so every
/// program and PostgreSQL's `histogram_unit` agree on them.
///
/// Bucket 0 holds the value 0, bucket n the values from the n-th bound to before the next.
public enum HistogramScale {
  /// Decimal digits of a bucket's count in the `numeric` that a histogram is stored as.
  public static let digits = 12
  /// The largest value that is told from larger ones.
  public static let maximum: Int64 = 1_000_000_000_000_000

  /// The least value of bucket n + 1.
  static let bounds: [Int64] = {
    var bounds: [Int64] = [1]
    var last: Int64 = 1
    while last < maximum {
      last = last * 102 / 100 + 1
      bounds.append(last)
    }
    return bounds
  }()

  /// The bucket of a value that is not negative.
  public static func bucket(of value: Int64) -> Int {
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What stands for the values of a bucket: within 1 % of each of them.
  public static func value(ofBucket bucket: Int) -> Double {
    guard bucket > 0 else { return 0 }
    let first = bounds[min(bucket, bounds.count) - 1]
    guard bucket < bounds.count else { return Double(first) }
    let last = bounds[bucket] - 1
    return first == last ? Double(first) : 2 * Double(first) * Double(last) / (Double(first) + Double(last))
  }
}
