import Resolver
import Schema

/// Finds the document that a request means, within what the deployment allows.
struct DocumentResolver: Sendable {
  let mode: GatewayConfiguration.DocumentMode
  let trusted: TrustedDocuments
  let automatic: AutomaticDocuments
  let engine: QueryEngine

  /// The text to execute, and the operation that an identifier means.
  typealias Found = TrustedDocuments.Entry

  /// At most one Redis round trip, and none for what is in memory.
  /// - Throws: a request error: the document is not there, or not allowed.
  func find(_ reference: DocumentReference) async throws(GraphQLError) -> Found {
    switch reference {
    case .text(let text):
      try checkTrust(text)
      return Found(text: text)
    case .identifier(.name(let name)):
      guard let found = trusted.find(name) else { throw mode == .open ? Self.unknown : Self.notTrusted }
      return found
    case .identifier(.sha256(let hash)):
      return Found(text: try await stored(hash, orFail: Self.unknown))
    case .registered(let hash):
      return Found(text: try await stored(hash, orFail: Self.notRegistered))
    case .registration(let hash, let text):
      try checkTrust(text)
      // What is not valid is answered with its errors, and not kept.
      if mode == .open, (try? engine.check(Source(bytes: text))) != nil { automatic.insert(text, under: hash) }
      return Found(text: text)
    }
  }

  /// The same from memory; nil when the document has to be asked for, is refused, or comes to be registered.
  func findInMemory(_ reference: DocumentReference) -> Found? {
    switch reference {
    case .text(let text): (try? checkTrust(text)).map { Found(text: text) }
    case .identifier(.name(let name)): trusted.find(name)
    case .identifier(.sha256(let hash)), .registered(let hash):
      (trusted.find(hash) ?? (mode == .open ? automatic.findInMemory(hash) : nil)).map { Found(text: $0) }
    case .registration: nil
    }
  }

  /// Text is as good as an identifier, if it is that of a trusted document.
  private func checkTrust(_ text: [UInt8]) throws(GraphQLError) {
    guard mode == .open || trusted.contains(text) else { throw Self.notTrusted }
  }

  private func stored(_ hash: DocumentHash, orFail absence: GraphQLError) async throws(GraphQLError) -> [UInt8] {
    if let text = trusted.find(hash) { return text }
    guard mode == .open else { throw Self.notTrusted }
    guard let text = await automatic.find(hash) else { throw absence }
    return text
  }

  /// Clients of Apollo's protocol look for this very message.
  private static let notRegistered = GraphQLError("PersistedQueryNotFound", code: .persistedQueryNotFound)
  private static let unknown = GraphQLError(
    "There is no document with this \"documentId\".",
    code: .persistedQueryNotFound
  )
  private static let notTrusted = GraphQLError(
    "Only the documents of this deployment are executed here, and this is none of them.",
    code: .documentNotTrusted
  )
}
