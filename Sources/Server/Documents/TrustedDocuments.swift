import Resolver
import Schema

/// The documents of a deployment's own, `operations/*.graphql`: checked at start, and known by the name of their file, by
/// the names of their operations, and by their hash.
struct TrustedDocuments: Sendable {
  /// A document, and which of its operations an identifier means; nil when it does not say.
  struct Entry: Sendable, Equatable {
    var text: [UInt8]
    var operationName: String?
  }

  private var byName: [String: Entry] = [:]
  private var byHash: [DocumentHash: [UInt8]] = [:]
  private var texts: Set<[UInt8]> = []
  /// By name, the file that it is from.
  private var files: [String: String] = [:]

  /// None.
  init() {}

  /// Reads and checks all files of a folder whose names end in `.graphql`.
  /// - Throws: an error that names file, line and column of whatever is wrong in the first file with a mistake.
  init(folder: String, engine: QueryEngine) throws {
    for file in try TextFile.names(in: folder, suffix: Self.suffix) {
      try add(Source(bytes: try TextFile.bytes(of: "\(folder)/\(file)"), name: "\(folder)/\(file)"), file, engine)
    }
  }

  private static let suffix = ".graphql"

  var count: Int { byHash.count }

  func find(_ hash: DocumentHash) -> [UInt8]? { byHash[hash] }

  func find(_ name: String) -> Entry? { byName[name] }

  /// Whether this very text is one of the documents.
  func contains(_ text: [UInt8]) -> Bool { texts.contains(text) }

  // MARK: Loading

  private mutating func add(_ source: Source, _ file: String, _ engine: QueryEngine) throws(TrustedDocumentError) {
    let operations: [String?]
    do throws(RequestErrors) {
      operations = try engine.check(source)
    } catch {
      throw TrustedDocumentError(description: Diagnostic.text(error.errors, in: source))
    }
    let name = String(file.dropLast(Self.suffix.count))
    guard !name.isEmpty, name.utf8.allSatisfy(DocumentIdentifier.isUnreserved) else {
      throw TrustedDocumentError(
        description: "\(source.name): the file's name may hold letters, digits, \"-\", \".\", \"_\" and \"~\""
      )
    }
    try add(Entry(text: source.bytes, operationName: nil), name, source)
    for operation in operations.compactMap({ $0 }) {
      try add(Entry(text: source.bytes, operationName: operation), operation, source)
    }
    byHash[DocumentHash(of: source.bytes)] = source.bytes
    texts.insert(source.bytes)
  }

  /// A file may be called as one of its own operations is; then the name means that operation.
  private mutating func add(_ entry: Entry, _ name: String, _ source: Source) throws(TrustedDocumentError) {
    if let other = files[name], other != source.name {
      throw TrustedDocumentError(description: "\(source.name): the name \"\(name)\" is taken by \(other)")
    }
    files[name] = source.name
    byName[name] = entry
  }
}

/// Why the trusted documents cannot be used: one line or more that begin with the file.
struct TrustedDocumentError: Error, Sendable, Equatable, CustomStringConvertible {
  let description: String
}
