internal import Database

/// A decimal number with exactly the digits it was written with: `coefficient / 10^scale`.
///
/// Money and scores never pass through a binary float. At most ``maximumScale`` digits follow the point and the
/// coefficient has at most 37 digits, so that `10^6` values below a million add up in 128 bits without overflow.
/// Two spellings of one number (`1.5`, `1.50`) are different values here, as they are different texts.
public struct ExactDecimal: Sendable, Hashable {
  /// How many digits may follow the decimal point. Enough for what prints a binary float down to 10^-9 in full.
  public static let maximumScale = 26
  private static let maximumDigits = 37
  private static let maximumCoefficient = Int128(powerOfTen: maximumDigits)

  /// The number without its point.
  public let coefficient: Int128
  /// Digits after the point, 0…``maximumScale``.
  public let scale: Int

  /// The number `coefficient / 10^scale`.
  /// - Precondition: `scale` is in 0…``maximumScale``.
  public init(coefficient: Int128, scale: Int) {
    precondition(scale >= 0 && scale <= Self.maximumScale, "scale \(scale)")
    self.coefficient = coefficient
    self.scale = scale
  }

  public static let zero = ExactDecimal(coefficient: 0, scale: 0)

  /// Reads the text of a JSON number (RFC 8259 section 6).
  ///
  /// An exponent is resolved: `15e-4` is `0.0015`. Trailing zeros are dropped only where they would exceed the scale.
  /// - Returns: nil when the text is no number or has more digits than this type keeps.
  public init?(_ text: String) {
    self.init(utf8: Array(text.utf8)[...])
  }

  /// The same for UTF-8 bytes.
  public init?(utf8 text: ArraySlice<UInt8>) {
    guard let number = NumberText(text) else { return nil }
    var coefficient = number.digits
    var scale = number.fractionDigits - number.exponent
    if coefficient == 0 { scale = min(max(scale, 0), Self.maximumScale) }
    guard scale >= -Self.maximumDigits, scale <= Self.maximumScale + Self.maximumDigits else { return nil }
    while scale < 0 {
      guard coefficient < Self.maximumCoefficient / 10 else { return nil }
      coefficient *= 10
      scale += 1
    }
    while scale > Self.maximumScale {
      guard coefficient % 10 == 0 else { return nil }
      coefficient /= 10
      scale -= 1
    }
    self.init(coefficient: number.isNegative ? -coefficient : coefficient, scale: scale)
  }

  /// The number as an integer; nil when it has a fraction other than zero or does not fit.
  public var integer: Int64? {
    let unit = Int128(powerOfTen: scale)
    guard coefficient % unit == 0 else { return nil }
    return Int64(exactly: coefficient / unit)
  }

  public var isNegative: Bool { coefficient < 0 }

  /// Whether the number is below the whole number `limit`.
  public func isLess(than limit: Int64) -> Bool {
    coefficient < Int128(limit) * Int128(powerOfTen: scale)
  }

  /// Whether the number is above the whole number `limit`.
  public func isGreater(than limit: Int64) -> Bool {
    coefficient > Int128(limit) * Int128(powerOfTen: scale)
  }

  /// The coefficient the number has when written with ``maximumScale`` digits after the point: what sums are made of.
  var coefficientAtMaximumScale: Int128 {
    coefficient &* Int128(powerOfTen: Self.maximumScale - scale)
  }

  /// The number in billionths, rounded up, and no more than histograms tell apart.
  /// - Precondition: it is not negative.
  var billionths: Int64 {
    let unit = Int128(powerOfTen: Self.maximumScale - 9)
    let (quotient, remainder) = coefficientAtMaximumScale.quotientAndRemainder(dividingBy: unit)
    return Int64(clamping: min(quotient + (remainder > 0 ? 1 : 0), Int128(HistogramScale.maximum)))
  }

  /// The same number without zeros at the end of its fraction.
  public var trimmed: ExactDecimal {
    var coefficient = coefficient
    var scale = scale
    while scale > 0, coefficient % 10 == 0 {
      coefficient /= 10
      scale -= 1
    }
    return ExactDecimal(coefficient: coefficient, scale: scale)
  }
}

extension ExactDecimal: CustomStringConvertible {
  /// Plain digits, never an exponent: valid as a JSON number and as `numeric`.
  public var description: String {
    let digits = String(coefficient.magnitude)
    let sign = coefficient < 0 ? "-" : ""
    guard scale > 0 else { return sign + digits }
    let padded =
      digits.utf8.count > scale ? digits : String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits
    return "\(sign)\(padded.dropLast(scale)).\(padded.suffix(scale))"
  }
}

extension Int128 {
  /// 10^`exponent`, for exponents 0…38.
  init(powerOfTen exponent: Int) {
    self = powersOfTen[exponent]
  }
}

private let powersOfTen: [Int128] = {
  var powers: [Int128] = [1]
  for exponent in 1...38 { powers.append(powers[exponent - 1] * 10) }
  return powers
}()

/// The parts of a JSON number's text.
private struct NumberText {
  var isNegative = false
  /// All digits of the mantissa as one number.
  var digits: Int128 = 0
  var fractionDigits = 0
  var exponent = 0

  private var text: ArraySlice<UInt8>

  init?(_ text: ArraySlice<UInt8>) {
    self.text = text
    isNegative = take("-")
    guard let whole = takeDigits(), whole.count == 1 || whole.first != UInt8(ascii: "0"), add(whole) else { return nil }
    if take(".") {
      guard let fraction = takeDigits(), add(fraction) else { return nil }
      fractionDigits = fraction.count
    }
    if take("e") || take("E") {
      guard takeExponent() else { return nil }
    }
    guard self.text.isEmpty else { return nil }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let first = text.first, first == UInt8(ascii: character) else { return false }
    text.removeFirst()
    return true
  }

  private mutating func takeDigits() -> ArraySlice<UInt8>? {
    let digits = text.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    text = text[digits.endIndex...]
    return digits.isEmpty ? nil : digits
  }

  private mutating func add(_ more: ArraySlice<UInt8>) -> Bool {
    let limit = Int128(powerOfTen: 37)
    for digit in more {
      guard digits < limit else { return false }
      digits = digits * 10 + Int128(digit - UInt8(ascii: "0"))
    }
    return digits < limit
  }

  private mutating func takeExponent() -> Bool {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    guard let digits = takeDigits() else { return false }
    for digit in digits {
      // Beyond any number that fits; a larger exponent means the same.
      if exponent < 100_000 { exponent = exponent * 10 + Int(digit - UInt8(ascii: "0")) }
    }
    if isNegative { exponent = -exponent }
    return true
  }
}
