import Schema
import Testing

@Suite struct StandardScalarTests {
  @Test(arguments: [
    ("2026-03-14T09:26:53Z", "2026-03-14T09:26:53Z"),
    ("2026-03-14t09:26:53z", "2026-03-14T09:26:53Z"),
    ("2026-03-14T10:26:53.000+01:00", "2026-03-14T09:26:53Z"),
    ("2026-03-14T09:26:53.120Z", "2026-03-14T09:26:53.12Z"),
    ("2026-03-14T09:26:53.123456789Z", "2026-03-14T09:26:53.123456789Z"),
    ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"),
    ("2024-02-29T23:59:59-00:01", "2024-03-01T00:00:59Z"),
    ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"),
    ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
    ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
    ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
  ])
  func dateTimeIsCanonicalInUTC(text: String, canonical: String) throws {
    #expect(try ScalarCoercion.dateTime.coerce(.string(text)) == .string(canonical))
  }

  @Test(arguments: [
    "", "now", "2026-03-14", "2026-03-14T09:26:53", "2026-03-14 09:26:53Z", "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
    "2026-03-14T24:00:00Z", "2026-03-14T09:60:00Z", "2026-03-14T09:26:60Z", "2026-03-14T09:26:53.Z",
    "2026-03-14T09:26:53.1234567890Z", "2026-03-14T09:26:53+24:00", "2026-03-14T09:26:53+01:60",
    "2026-03-14T09:26:53+0100", "2026-03-14T09:26:53Zz", "+026-03-14T09:26:53Z", "0000-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01", "2026-03-1\u{0664}T09:26:53Z",
  ])
  func dateTimeRefusesWhatIsNoInstant(text: String) {
    let error = #expect(throws: ScalarCoercionError.self) { try ScalarCoercion.dateTime.coerce(.string(text)) }
    #expect(error?.message == "DateTime cannot represent an invalid date-time: \"\(text)\"")
    #expect(error?.code == nil)
  }

  @Test(arguments: [
    (InputValue.int(-7), InputValue.int(-7)), (.string("7.0"), .int(7)), (.number("1.50"), .number("1.5")),
    (.string("+00.10"), .number("0.1")), (.number("-5.0e-2"), .number("-0.05")), (.number("12e3"), .int(12_000)),
    (.string("-0.0"), .int(0)), (.number("1.25E1"), .number("12.5")),
    (.string("9223372036854775808"), .number("9223372036854775808")), (.string("1e-3"), .number("0.001")),
  ])
  func decimalIsCanonical(value: InputValue, canonical: InputValue) throws {
    #expect(try ScalarCoercion.decimal.coerce(value) == canonical)
  }

  @Test(arguments: [
    (InputValue.string(""), "\"\""), (.string("1."), "\"1.\""), (.string(".5"), "\".5\""), (.string("1e"), "\"1e\""),
    (.string("1x"), "\"1x\""), (.string("--1"), "\"--1\""), (.string("NaN"), "\"NaN\""), (.number("1e201"), "1e201"),
    (.number("1e-9223372036854775808"), "1e-9223372036854775808"), (.boolean(true), "true"), (.list([]), "[]"),
    (.enumeration("ONE"), "ONE"),
  ])
  func decimalRefusesWhatIsNoNumber(value: InputValue, shown: String) {
    let error = #expect(throws: ScalarCoercionError.self) { try ScalarCoercion.decimal.coerce(value) }
    #expect(error?.message == "Decimal cannot represent value: \(shown)")
  }

  @Test func decimalHoldsTwoHundredDigits() throws {
    let digits = String(repeating: "7", count: 200)
    #expect(try ScalarCoercion.decimal.coerce(.string(digits)) == .number(digits))
    #expect(throws: ScalarCoercionError.self) { try ScalarCoercion.decimal.coerce(.string(digits + "7")) }
  }

  @Test func uuidIsCanonicalInLowerCase() throws {
    #expect(
      try ScalarCoercion.uuid.coerce(.string("BFC44404-078F-89A8-99AC-ECA9EEC78308"))
        == .string("bfc44404-078f-89a8-99ac-eca9eec78308")
    )
  }

  @Test(arguments: [
    (InputValue.string("bfc44404-078f-89a8-99ac-eca9eec7830"), "\"bfc44404-078f-89a8-99ac-eca9eec7830\""),
    (.string("bfc44404078f-89a8-99ac-eca9eec78308-"), "\"bfc44404078f-89a8-99ac-eca9eec78308-\""),
    (.string("gfc44404-078f-89a8-99ac-eca9eec78308"), "\"gfc44404-078f-89a8-99ac-eca9eec78308\""), (.int(7), "7"),
  ])
  func uuidRefusesOtherText(value: InputValue, shown: String) {
    let error = #expect(throws: ScalarCoercionError.self) { try ScalarCoercion.uuid.coerce(value) }
    #expect(error?.message == "UUID cannot represent value: \(shown)")
  }

  @Test func jsonTakesEverythingButEnumValues() throws {
    let value = InputValue.object(
      InputObject([.init(name: "a", value: .list([.int(1), .null, .number("1e400"), .boolean(false)]))])
    )
    #expect(try ScalarCoercion.json.coerce(value) == value)
    let error = #expect(throws: ScalarCoercionError.self) {
      try ScalarCoercion.json.coerce(.list([.object(InputObject([.init(name: "a", value: .enumeration("RED"))]))]))
    }
    #expect(error?.message == "JSON cannot represent value: [{a: RED}]")
  }
}
