internal import Glibc

/// A seeded generator of random numbers: the same seed gives the same numbers on every machine and in every release.
///
/// xoshiro256** 1.0 by D. Blackman and S. Vigna, its state filled by SplitMix64 as its authors advise.
struct RandomSource {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// - Parameters:
  ///   - seed: of the whole data set.
  ///   - stream: tells apart sources of one seed, such as one for each workspace and hour.
  init(seed: UInt64, stream: UInt64...) {
    var mixed = Self.mix(seed)
    for number in stream { mixed = Self.mix(mixed ^ Self.mix(number &+ 0x9E37_79B9_7F4A_7C15)) }
    var next: UInt64 {
      mixed &+= 0x9E37_79B9_7F4A_7C15
      return Self.mix(mixed)
    }
    self.init(state: (next, next, next, next))
  }

  init(state: (UInt64, UInt64, UInt64, UInt64)) {
    self.state = state
  }

  /// The finalizer of SplitMix64: a bijection that spreads each bit over all.
  static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  mutating func next() -> UInt64 {
    let result = Self.rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotate(state.3, 45)
    return result
  }

  private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    value << count | value >> (64 - count)
  }

  /// Evenly from [0, 1).
  mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Evenly from 0…`count - 1`.
  mutating func index(below count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[index(below: elements.count)]
  }

  mutating func chance(_ probability: Double) -> Bool {
    uniform() < probability
  }

  /// From the normal distribution with mean 0 and deviation 1 (Box and Muller).
  mutating func normal() -> Double {
    let radius = sqrt(-2 * log(1 - uniform()))
    return radius * cos(2 * Double.pi * uniform())
  }

  /// From the log-normal distribution whose median and deviation of the logarithm are given.
  mutating func logNormal(median: Double, spread: Double) -> Double {
    median * exp(spread * normal())
  }

  /// Small numbers often, large ones seldom, below `count`: the square of an even choice.
  mutating func skewedIndex(below count: Int) -> Int {
    let choice = uniform()
    return Int(choice * choice * Double(count))
  }
}
