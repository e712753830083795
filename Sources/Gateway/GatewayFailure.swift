/// Why a command ends: one message for the person at the terminal, that says what to do where something can be done.
struct GatewayFailure: Error, CustomStringConvertible, Equatable {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
