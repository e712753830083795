import Testing

@testable import Server

@Suite struct HostFieldTests {
  @Test(arguments: [
    "", "localhost", "127.0.0.1:8000", "a.example:", "[::1]", "[::1]:80", "x\t", "x ", "a%20b", "a_b", "xn--a",
  ])
  func takesHosts(value: String) {
    #expect(HostField.isGood(value))
  }

  @Test(arguments: [
    "a{b", "a]b", "::1", "a:b", "a b", "x/y", "user@x", "x?y", "x#y", "\u{ff}", "[::1", "[::1]x", "a:1:2", "\tx",
  ])
  func refusesWhatIsNone(value: String) {
    #expect(!HostField.isGood(value))
  }
}
