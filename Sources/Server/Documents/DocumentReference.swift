import JSON

/// Which document a request means, as its parameters say.
enum DocumentReference: Sendable, Equatable {
  /// The text that it brings.
  case text([UInt8])
  /// `documentId`.
  case identifier(DocumentIdentifier)
  /// Apollo's protocol: a document that was registered before.
  case registered(DocumentHash)
  /// Apollo's protocol: the text, to be kept under its hash.
  case registration(DocumentHash, [UInt8])

  /// - Throws: a 400 that says which parameters are missing, malformed, or do not fit each other.
  init(_ parameters: GraphQLParameters) throws(Problem) {
    let hash = try Self.persistedQuery(parameters.extensions)
    switch (parameters.documentID, hash, parameters.query) {
    case (let identifier?, nil, nil): self = .identifier(try DocumentIdentifier(identifier))
    case (_?, _, _):
      throw ErrorMapping.badRequest(
        "A request with \"documentId\" must have neither \"query\" nor \"extensions.persistedQuery\""
      )
    case (nil, let hash?, nil): self = .registered(hash)
    case (nil, let hash?, let text?):
      guard DocumentHash(of: text) == hash else {
        throw ErrorMapping.badRequest("\"extensions.persistedQuery.sha256Hash\" is not the SHA-256 of \"query\"")
      }
      self = .registration(hash, text)
    case (nil, nil, let text?): self = .text(text)
    case (nil, nil, nil): throw ErrorMapping.badRequest("The request has no \"query\"")
    }
  }

  /// `extensions.persistedQuery`: `{"version": 1, "sha256Hash": "…"}`; nil when there is none.
  private static func persistedQuery(_ extensions: JSONValue?) throws(Problem) -> DocumentHash? {
    guard let member = extensions?["persistedQuery"], !member.isNull else { return nil }
    guard member.kind == .object, member["version"]?.int == 1 else {
      throw ErrorMapping.badRequest("\"extensions.persistedQuery\" must be an object with \"version\" 1")
    }
    guard let text = member["sha256Hash"]?.string, let hash = DocumentHash(text) else {
      throw ErrorMapping.badRequest("\"extensions.persistedQuery.sha256Hash\" must be 64 hexadecimal digits")
    }
    return hash
  }
}
