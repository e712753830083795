import JSON
public import Logging
public import Schema

/// Answers GraphQL requests: document → plan → steps → bytes.
///
/// Knows no field of the product: what it serves is the schema and the resolver tree that its binding was made of.
public final class QueryEngine: Sendable {
  private let services: EngineServices
  private let plans: PlanCache
  private let configuration: Configuration
  private let now: @Sendable () -> Instant

  /// What bounds a request.
  public struct Configuration: Sendable {
    /// How many bytes compiled documents may occupy, roughly.
    public var planCacheBytes = 64 << 20
    public var parserLimits = ParserLimits()
    /// What one operation may ask for, measured once for each document; `nil` for no limit.
    public var queryLimits: QueryLimits? = QueryLimits()
    public var allowsIntrospection = true

    public init() {}
  }

  /// - Parameters:
  ///   - sources: where root resolvers read; nil for a binding that has none.
  ///   - rootValue: for a binding to a root value.
  ///   - now: the clock; read once per request.
  public init(
    binding: SchemaBinding,
    sources: DataSources?,
    rootValue: RootValue? = nil,
    logger: Logger,
    configuration: Configuration = Configuration(),
    now: @escaping @Sendable () -> Instant = { Instant.now() }
  ) {
    services = EngineServices(binding: binding, sources: sources, rootValue: rootValue, logger: logger)
    plans = PlanCache(maxBytes: configuration.planCacheBytes)
    self.configuration = configuration
    self.now = now
  }

  /// Answers one request on behalf of `principal`. Never throws: what goes wrong is part of the answer.
  ///
  /// At most one Redis round trip, and one PostgreSQL round trip for each level of the answer that is not cached.
  public func execute(_ request: GraphQLRequest, for principal: Principal) async -> ExecutionResult {
    do throws(RequestErrors) {
      let compiled = try compile(Source(bytes: request.document))
      let operation = try RequestErrors.wrap { () throws(GraphQLError) in
        try compiled.document.operation(named: request.operationName)
      }
      if let refusal = request.mutationRefusal, compiled.document.operations[operation].kind == .mutation {
        throw RequestErrors([refusal])
      }
      let variables = try coerce(request, compiled.document, operation)
      return try await run(compiled, operation, variables, principal, body: nil)
    } catch {
      return ExecutionResult(refused: (refusedMutation(request) ?? error).errors)
    }
  }

  /// Answers a stored operation; the body is the value of its body field alone.
  public func execute(
    _ stored: StoredOperation,
    variables: [String: InputValue],
    for principal: Principal
  ) async -> ExecutionResult {
    do throws(RequestErrors) {
      let provided = InputObject(
        variables.sorted { $0.key < $1.key }.map { InputObject.Member(name: $0.key, value: $0.value) }
      )
      let values = try services.schema.coerceVariableValues(
        stored.compiled.document,
        operation: stored.operation,
        provided: provided
      )
      return try await run(stored.compiled, stored.operation, values, principal, body: stored.body)
    } catch {
      return ExecutionResult(refused: error.errors)
    }
  }

  /// Compiles an operation at start.
  /// - Parameters:
  ///   - name: what errors call the document.
  ///   - keyStyle: how keys of the answer are written.
  ///   - body: response name, as `keyStyle` writes it, of the root field that becomes the whole answer.
  /// - Throws: every parse or validation error of the document.
  public func prepare(
    _ document: String,
    name: String,
    keyStyle: KeyStyle,
    body: String?
  ) throws(RequestErrors) -> StoredOperation {
    let compiled = try compile(Source(document, name: name), keyStyle: keyStyle)
    let operation = try RequestErrors.wrap { () throws(GraphQLError) in
      try compiled.document.operation(named: nil)
    }
    let definitions = compiled.document.operations[operation].variableDefinitions.indices
    return StoredOperation(
      name: name,
      compiled: compiled,
      operation: operation,
      kind: compiled.document.operations[operation].kind,
      body: body,
      variables: definitions.map { variable(compiled.document.variableDefinitions[$0], compiled.document) }
    )
  }

  /// Parses, validates and measures a document, as a request with it would; such a request then finds it compiled.
  /// - Returns: the names of its operations, in order; nil for the one that has none.
  /// - Throws: every error of the document.
  @discardableResult
  public func check(_ source: Source) throws(RequestErrors) -> [String?] {
    let compiled = try compile(source)
    return compiled.document.operations.map { $0.name.isPresent ? compiled.document.text(of: $0.name) : nil }
  }

  // MARK: Stages

  private func compile(_ source: Source) throws(RequestErrors) -> CompiledDocument {
    if let compiled = plans.find(source.bytes) { return compiled }
    let compiled = try compile(source, keyStyle: .responseName)
    plans.insert(compiled)
    return compiled
  }

  private func compile(_ source: Source, keyStyle: KeyStyle) throws(RequestErrors) -> CompiledDocument {
    let document = try RequestErrors.wrap { () throws(GraphQLError) in
      try Parser.parse(source, limits: configuration.parserLimits)
    }
    let result = Validator.validate(document, against: services.schema)
    guard result.errors.isEmpty else { throw RequestErrors(result.errors) }
    try RequestErrors.wrap { () throws(GraphQLError) in try checkLimits(document, result.binding) }
    return CompiledDocument(
      document: document,
      documentBinding: result.binding,
      binding: services.binding,
      keyStyle: keyStyle
    )
  }

  /// A mutation where none is allowed is refused for what it is, even if the document is not valid besides.
  private func refusedMutation(_ request: GraphQLRequest) -> RequestErrors? {
    guard
      let refusal = request.mutationRefusal,
      let document = try? Parser.parse(Source(bytes: request.document), limits: configuration.parserLimits),
      let operation = try? document.operation(named: request.operationName),
      document.operations[operation].kind == .mutation
    else { return nil }
    return RequestErrors([refusal])
  }

  /// Every operation of the document counts, each by itself; a list size that a variable gives counts with its largest value.
  private func checkLimits(_ document: Document, _ binding: DocumentBinding) throws(GraphQLError) {
    guard let limits = configuration.queryLimits else { return }
    var measurement = QueryMeasurement(document, services.schema, binding)
    for index in document.operations.indices {
      try limits.check(
        measurement.measure(operation: index),
        at: document.location(document.operations[index].offset)
      )
    }
  }

  private func coerce(
    _ request: GraphQLRequest,
    _ document: Document,
    _ operation: Int
  ) throws(RequestErrors) -> VariableValues {
    let provided = request.variables.map { InputObject($0) } ?? InputObject()
    return try services.schema.coerceVariableValues(document, operation: operation, provided: provided)
  }

  private func run(
    _ compiled: CompiledDocument,
    _ operation: Int,
    _ variables: VariableValues,
    _ principal: Principal,
    body: String?
  ) async throws(RequestErrors) -> ExecutionResult {
    let plan = try RequestErrors.wrap { () throws(GraphQLError) in
      try compiled.plan(operation: operation, variables: variables)
    }
    let executor = PlanExecutor(
      services: services,
      document: compiled.document,
      plan: plan,
      variables: variables,
      principal: principal,
      now: now()
    )
    let steps = await executor.run()
    return write(steps, plan, compiled.document, body: body)
  }

  private func write(
    _ steps: FetchedSteps,
    _ plan: OperationPlan,
    _ document: Document,
    body: String?
  ) -> ExecutionResult {
    var json = JSONWriter(reserving: 16_384)
    if body == nil {
      json.beginObject()
      json.key("data")
    }
    var response = ResponseWriter(
      schema: services.schema,
      document: document,
      plan: plan,
      results: steps.results,
      json: json
    )
    if let body { response.writeRootField(named: body) } else { response.writeData() }
    let errors = response.errors
    json = response.json
    if body == nil {
      if !errors.isEmpty {
        json.key("errors")
        ErrorWriter.write(errors, into: &json)
      }
      json.endObject()
    }
    return ExecutionResult(
      kind: .data,
      body: json.bytes,
      errors: errors,
      remaining: errors.isEmpty ? steps.remaining : nil
    )
  }

  private func variable(_ definition: Document.VariableDefinition, _ document: Document) -> StoredOperation.Variable {
    StoredOperation.Variable(
      name: document.text(of: definition.name),
      type: definition.type.wrappers.text(around: document.text(of: definition.type.name)),
      isRequired: definition.type.wrappers.isNonNull && definition.defaultValue == nil
    )
  }
}

extension RequestErrors {
  /// Runs a stage that fails with one error.
  fileprivate static func wrap<Value>(
    _ stage: () throws(GraphQLError) -> Value
  ) throws(RequestErrors) -> Value {
    do throws(GraphQLError) {
      return try stage()
    } catch {
      throw RequestErrors([error])
    }
  }
}
