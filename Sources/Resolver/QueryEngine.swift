import JSON
public import Logging
public import Schema

/// Answers GraphQL requests: document → plan → steps → bytes.
///
/// Knows no field of the product: what it serves is the schema and the resolver tree that its binding was made of.
public final class QueryEngine: Sendable {
  private let services: EngineServices
  private let compiler: DocumentCompiler
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
  ///   - memory: bodies that need not be waited for; nil for those in the memory of the cache.
  ///   - rootValue: for a binding to a root value.
  ///   - now: the clock; read once per request.
  public init(
    binding: SchemaBinding,
    sources: DataSources?,
    memory: (any BodyMemory)? = nil,
    rootValue: RootValue? = nil,
    logger: Logger,
    configuration: Configuration = Configuration(),
    now: @escaping @Sendable () -> Instant = { Instant.now() }
  ) {
    services = EngineServices(
      binding: binding,
      sources: sources,
      memory: memory,
      rootValue: rootValue,
      logger: logger
    )
    compiler = DocumentCompiler(binding: binding, configuration: configuration)
    self.now = now
  }

  /// What became of the documents of requests.
  public var planStatistics: PlanStatistics { compiler.statistics }

  /// Answers one request on behalf of `principal`. Never throws: what goes wrong is part of the answer.
  ///
  /// At most one Redis round trip, and one PostgreSQL round trip for each level of the answer that is not cached.
  public func execute(_ request: GraphQLRequest, for principal: Principal) async -> ExecutionResult {
    do throws(RequestErrors) {
      let compiled = try await compiler.compile(request.document)
      let operation = try RequestErrors.wrap { () throws(GraphQLError) in
        try compiled.document.operation(named: request.operationName)
      }
      if let refusal = request.mutationRefusal, compiled.document.operations[operation].kind == .mutation {
        throw RequestErrors([refusal])
      }
      let variables = try coerce(request, compiled.document, operation)
      return try await run(compiled, operation, variables, principal, body: nil)
    } catch {
      return requestError(refusedMutation(request) ?? error)
    }
  }

  /// Answers a request from memory, on the caller's thread, or not at all: nil when anything would have to be waited for.
  ///
  /// Never compiles, does no I/O and waits for nobody, so it may be called on an event loop. Whoever gets nil calls
  /// ``execute(_:for:)``. A request that is answered with an error of its own is answered here too.
  public func executeImmediately(_ request: GraphQLRequest, for principal: Principal) -> ExecutionResult? {
    guard let compiled = compiler.ready(request.document) else { return nil }
    do throws(RequestErrors) {
      let operation = try RequestErrors.wrap { () throws(GraphQLError) in
        try compiled.document.operation(named: request.operationName)
      }
      guard compiled.document.operations[operation].kind != .mutation else { return nil }
      let variables = try coerce(request, compiled.document, operation)
      guard let plan = compiled.readyPlan(operation: operation, variables: variables),
        let steps = executor(compiled, plan, variables, principal).runImmediately()
      else { return nil }
      compiler.countHit()
      return write(steps, plan, compiled, body: nil)
    } catch {
      compiler.countHit()
      return requestError(error)
    }
  }

  /// How a request would be answered, as text for people. Asks nobody for data.
  /// - Parameter name: what errors call the document.
  public func explain(_ request: GraphQLRequest, name: String) throws(RequestErrors) -> String {
    let compiled = try compiler.compile(Source(bytes: request.document, name: name), keyStyle: .responseName)
    let operation = try RequestErrors.wrap { () throws(GraphQLError) in
      try compiled.document.operation(named: request.operationName)
    }
    let variables = try coerce(request, compiled.document, operation)
    let plan = try RequestErrors.wrap { () throws(GraphQLError) in
      try compiler.plan(compiled, operation: operation, variables: variables)
    }
    let nobody = Principal(workspaceID: .none, userID: "nobody")
    return PlanDescription(
      binding: services.binding,
      document: compiled.document,
      operation: operation,
      plan: plan,
      measure: compiler.measure(compiled.document, operation: operation, variables: variables),
      table: executor(compiled, plan, variables, nobody).callTable()
    ).text
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
      return requestError(error)
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
    let compiled = try compiler.compile(Source(document, name: name), keyStyle: keyStyle)
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
    let compiled = try compiler.compileAndKeep(source)
    return compiled.document.operations.map { $0.name.isPresent ? compiled.document.text(of: $0.name) : nil }
  }

  // MARK: Stages

  /// A mutation where none is allowed is refused for what it is, even if the document is not valid besides.
  private func refusedMutation(_ request: GraphQLRequest) -> RequestErrors? {
    guard
      let refusal = request.mutationRefusal,
      let document = try? Parser.parse(Source(bytes: request.document), limits: compiler.parserLimits),
      let operation = try? document.operation(named: request.operationName),
      document.operations[operation].kind == .mutation
    else { return nil }
    return RequestErrors([refusal])
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
      try compiler.plan(compiled, operation: operation, variables: variables)
    }
    let steps = await executor(compiled, plan, variables, principal).run()
    return write(steps, plan, compiled, body: body)
  }

  private func executor(
    _ compiled: CompiledDocument,
    _ plan: OperationPlan,
    _ variables: VariableValues,
    _ principal: Principal
  ) -> PlanExecutor {
    PlanExecutor(
      services: services,
      compiled: compiled,
      plan: plan,
      variables: variables,
      principal: principal,
      now: now()
    )
  }

  private func write(
    _ steps: FetchedSteps,
    _ plan: OperationPlan,
    _ compiled: CompiledDocument,
    body: String?
  ) -> ExecutionResult {
    let written =
      if let body {
        ResponseWriter.rootField(
          named: body,
          schema: services.schema,
          compiled: compiled,
          plan: plan,
          results: steps.results
        )
      } else {
        ResponseWriter.response(schema: services.schema, compiled: compiled, plan: plan, results: steps.results)
      }
    return ExecutionResult(
      kind: .data,
      body: written.bytes,
      errors: written.errors,
      remaining: written.errors.isEmpty ? steps.remaining : nil
    )
  }

  private func requestError(_ failure: RequestErrors) -> ExecutionResult {
    var json = JSONWriter()
    json.beginObject()
    json.key("errors")
    ErrorWriter.write(failure.errors, into: &json)
    json.endObject()
    return ExecutionResult(kind: .requestError, body: json.bytes, errors: failure.errors, remaining: nil)
  }

  private func variable(_ definition: Document.VariableDefinition, _ document: Document) -> StoredOperation.Variable {
    StoredOperation.Variable(
      name: document.text(of: definition.name),
      type: definition.type.wrappers.text(around: document.text(of: definition.type.name)),
      isRequired: definition.type.wrappers.isNonNull && definition.defaultValue == nil
    )
  }
}
