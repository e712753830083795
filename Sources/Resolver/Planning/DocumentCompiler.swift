import Schema

/// Turns the text of documents into compiled documents, each text once: parse, validate, hold against the limits.
struct DocumentCompiler: Sendable {
  private let binding: SchemaBinding
  let parserLimits: ParserLimits
  private let queryLimits: QueryLimits?
  private let validation: ValidationOptions
  private let cache: PlanCache
  private let flights = FlightTable<[UInt8], Result<CompiledDocument, RequestErrors>>()

  init(binding: SchemaBinding, configuration: QueryEngine.Configuration) {
    self.binding = binding
    parserLimits = configuration.parserLimits
    queryLimits = configuration.queryLimits
    validation = ValidationOptions(allowsIntrospection: configuration.allowsIntrospection)
    cache = PlanCache(maxBytes: configuration.planCacheBytes)
  }

  var statistics: PlanStatistics { cache.statistics }

  /// The document when it is compiled already. Does not count, so that asking first costs nothing in the statistics.
  func ready(_ text: [UInt8]) -> CompiledDocument? { cache.peek(text) }

  /// Counts the request of a document that ``ready(_:)`` has given.
  func countHit() { cache.countHit() }

  /// The compiled document of a request's text. Requests that come while it is compiled wait for that.
  func compile(_ text: [UInt8]) async throws(RequestErrors) -> CompiledDocument {
    if let compiled = cache.find(text) { return compiled }
    let tickets = flights.join([text]) { _ in
      // Between the look-up and the flight another one may have landed.
      [Result { () throws(RequestErrors) in try compileAndKeep(Source(bytes: text)) }]
    }
    return try await tickets[0].value.get()
  }

  /// Compiles a document unless the cache holds it, and has the cache hold it.
  /// - Throws: as ``compile(_:keyStyle:)`` does.
  func compileAndKeep(_ source: Source) throws(RequestErrors) -> CompiledDocument {
    if let compiled = cache.peek(source.bytes) { return compiled }
    let compiled = try compile(source, keyStyle: .responseName)
    cache.insert(compiled)
    return compiled
  }

  /// Compiles a document that the cache shall not hold.
  /// - Throws: every parse or validation error, or the limit that it exceeds.
  func compile(_ source: Source, keyStyle: KeyStyle) throws(RequestErrors) -> CompiledDocument {
    cache.countCompilation()
    let document = try RequestErrors.wrap { () throws(GraphQLError) in
      try Parser.parse(source, limits: parserLimits)
    }
    let result = Validator.validate(document, against: binding.schema, options: validation)
    guard result.errors.isEmpty else { throw RequestErrors(result.errors) }
    try RequestErrors.wrap { () throws(GraphQLError) in try checkLimits(document, result.binding) }
    return CompiledDocument(
      document: document,
      documentBinding: result.binding,
      binding: binding,
      keyStyle: keyStyle
    )
  }

  /// The plan of an operation, which counts with its document.
  func plan(
    _ compiled: CompiledDocument,
    operation: Int,
    variables: VariableValues
  ) throws(GraphQLError) -> OperationPlan {
    try compiled.plan(operation: operation, variables: variables) { cache.charge(compiled, plan: $0) }
  }

  /// What one operation measures with these variables.
  func measure(_ document: Document, operation: Int, variables: VariableValues) -> QueryMeasure {
    let binding = DocumentBinding(document, binding.schema)
    var measurement = QueryMeasurement(document, self.binding.schema, binding, variables: variables)
    return measurement.measure(operation: operation)
  }

  /// Every operation of the document counts, each by itself; a list size that a variable gives counts with its largest value.
  private func checkLimits(_ document: Document, _ binding: DocumentBinding) throws(GraphQLError) {
    guard let limits = queryLimits else { return }
    var measurement = QueryMeasurement(document, self.binding.schema, binding)
    for index in document.operations.indices {
      try limits.check(
        measurement.measure(operation: index),
        at: document.location(document.operations[index].offset)
      )
    }
  }
}

extension RequestErrors {
  /// Runs a stage that fails with one error.
  static func wrap<Value>(
    _ stage: () throws(GraphQLError) -> Value
  ) throws(RequestErrors) -> Value {
    do throws(GraphQLError) {
      return try stage()
    } catch {
      throw RequestErrors([error])
    }
  }
}
