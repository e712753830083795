/// What all rules look at, and where they leave their errors.
struct ValidationContext {
  let document: Document
  let schema: GraphQLSchema
  let binding: DocumentBinding
  let inputs: InputBinding
  let reach: FragmentReach
  let usages: VariableUsages
  let options: ValidationOptions
  private(set) var errors: [FoundError] = []

  /// An error before its place is turned into line and column.
  struct FoundError {
    let message: String
    let offsets: [UInt32]
    let rule: StaticString
    let code: ErrorCode
  }

  init(_ document: Document, _ schema: GraphQLSchema, _ options: ValidationOptions) {
    self.document = document
    self.schema = schema
    self.options = options
    binding = DocumentBinding(document, schema)
    inputs = InputBinding(document, schema, binding)
    reach = FragmentReach(document, binding)
    usages = VariableUsages(document)
  }

  /// No rule needs to look further.
  var isFull: Bool { errors.count >= options.maxErrors }

  /// Leaves an error, unless there are enough.
  mutating func report(
    _ message: String,
    _ offsets: [UInt32],
    _ rule: StaticString,
    code: ErrorCode = .graphqlValidationFailed
  ) {
    guard !isFull else { return }
    errors.append(FoundError(message: message, offsets: offsets, rule: rule, code: code))
  }

  /// The type that a name of the document means.
  func type(named name: Name) -> TypeID? {
    schema.index.type(named: Int(binding.names[Int(name.symbol)]))
  }

  func text(_ name: Name) -> String { document.text(of: name).excerpted }

  /// Suggestions, where the schema may be told.
  func hint(_ wrong: Name, _ names: @autoclosure () -> [String], what: String = "") -> String {
    options.suggests && !isFull ? DidYouMean.hint(for: document.text(of: wrong), among: names(), what: what) : ""
  }
}

/// How to validate.
public struct ValidationOptions: Sendable, Hashable {
  /// Validation stops after this many errors.
  public var maxErrors: Int
  /// Whether messages may suggest names of the schema. Off where introspection is off.
  public var suggests: Bool
  /// Whether `__schema` and `__type` may be selected.
  public var allowsIntrospection: Bool

  public init(maxErrors: Int = 50, suggests: Bool = true, allowsIntrospection: Bool = true) {
    self.maxErrors = maxErrors
    self.suggests = suggests
    self.allowsIntrospection = allowsIntrospection
  }
}
