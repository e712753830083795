/// The rules of section 5, in its order. Each is one function in one file of `Rules`.
enum SpecifiedRules {
  typealias Rule = (inout ValidationContext) -> Void

  static var all: [Rule] {
    []
  }
}
