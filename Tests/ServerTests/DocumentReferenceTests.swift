import JSON
import Testing

@testable import Server

/// GraphQL over HTTP, appendix "Persisted Documents", and Apollo's automatic persisted queries.
@Suite struct DocumentReferenceTests {
  /// The example of the appendix.
  private static let text = Array("query($id:ID!){user(id:$id){name}}".utf8)
  private static let digits = "71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b"

  private func reference(
    query: [UInt8]? = nil,
    documentID: String? = nil,
    extensions: String? = nil
  ) throws -> DocumentReference {
    let extensions = try extensions.map { try JSONDocument(parsing: Array($0.utf8)).root }
    return try DocumentReference(GraphQLParameters(query: query, documentID: documentID, extensions: extensions))
  }

  private static func persisted(_ hash: String) -> String {
    #"{"persistedQuery":{"version":1,"sha256Hash":"\#(hash)"}}"#
  }

  @Test func hashesAsTheAppendixDoes() throws {
    #expect(DocumentHash(of: Self.text).description == Self.digits)
    #expect(DocumentHash(Self.digits.uppercased()) == DocumentHash(of: Self.text))
    #expect(DocumentHash(Self.digits.dropLast()) == nil)
    #expect(DocumentHash(String(Self.digits.dropLast()) + "g") == nil)
  }

  @Test func readsEachWayToADocument() throws {
    let hash = DocumentHash(of: Self.text)
    #expect(try reference(query: Self.text) == .text(Self.text))
    #expect(try reference(documentID: "sha256:" + Self.digits) == .identifier(.sha256(hash)))
    #expect(try reference(documentID: "Dashboard") == .identifier(.name("Dashboard")))
    #expect(try reference(extensions: Self.persisted(Self.digits)) == .registered(hash))
    #expect(
      try reference(query: Self.text, extensions: Self.persisted(Self.digits)) == .registration(hash, Self.text)
    )
    #expect(try reference(query: Self.text, extensions: #"{"persistedQuery":null,"more":1}"#) == .text(Self.text))
  }

  @Test(
    arguments: zip(
      [
        (nil, nil, nil), ("{a}", "x", nil), (nil, "x", persisted(digits)), ("{a}", nil, persisted(digits)),
        (nil, nil, #"{"persistedQuery":1}"#), (nil, nil, #"{"persistedQuery":{"version":2,"sha256Hash":"0"}}"#),
        (nil, nil, persisted("abc")), (nil, "sha256:" + digits.uppercased(), nil), (nil, "md5:00", nil), (nil, "", nil),
        (nil, "a b", nil),
      ] as [(String?, String?, String?)],
      [
        "The request has no \"query\"",
        "A request with \"documentId\" must have neither \"query\" nor \"extensions.persistedQuery\"",
        "A request with \"documentId\" must have neither \"query\" nor \"extensions.persistedQuery\"",
        "\"extensions.persistedQuery.sha256Hash\" is not the SHA-256 of \"query\"",
        "\"extensions.persistedQuery\" must be an object with \"version\" 1",
        "\"extensions.persistedQuery\" must be an object with \"version\" 1",
        "\"extensions.persistedQuery.sha256Hash\" must be 64 hexadecimal digits",
        "A \"documentId\" with a colon must be \"sha256:\" and 64 lower-case hexadecimal digits",
        "A \"documentId\" with a colon must be \"sha256:\" and 64 lower-case hexadecimal digits",
        "\"documentId\" may hold letters, digits, \"-\", \".\", \"_\" and \"~\"",
        "\"documentId\" may hold letters, digits, \"-\", \".\", \"_\" and \"~\"",
      ]
    )
  )
  func refusesWhatFitsNoWay(parameters: (String?, String?, String?), message: String) {
    let problem = #expect(throws: Problem.self) {
      _ = try reference(
        query: parameters.0.map { Array($0.utf8) },
        documentID: parameters.1,
        extensions: parameters.2
      )
    }
    #expect(problem == ErrorMapping.badRequest(message))
  }

  @Test func forgetsWhatWasNotAskedForInTheLastHalf() {
    let memory = DocumentMemory(maximumBytes: 4096)
    func text(_ number: Int) -> [UInt8] { Array(repeating: UInt8(number), count: 256) }
    let hashes = (0..<12).map { DocumentHash(of: text($0)) }
    for number in 0..<12 {
      memory.insert(text(number), under: hashes[number])
      #expect(memory.find(hashes[0]) == text(0), "asked for all the time")
    }
    #expect(memory.find(hashes[11]) == text(11))
    #expect(memory.find(hashes[1]) == nil)
    let large = Array(repeating: UInt8(0), count: 2048)
    memory.insert(large, under: DocumentHash(of: large))
    #expect(memory.find(DocumentHash(of: large)) == nil, "more than half")
  }
}
