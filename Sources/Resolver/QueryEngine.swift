import Cache
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
    /// How many requests at once may keep the database busy for a while.
    public var scanConcurrency = 4

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
      logger: logger,
      scanConcurrency: configuration.scanConcurrency
    )
    compiler = DocumentCompiler(binding: binding, configuration: configuration)
    self.now = now
  }

  /// What became of the documents of requests.
  public var planStatistics: PlanStatistics { compiler.statistics }

  /// The requests that keep the database busy, and those that wait for them.
  public var scanStatistics: ScanStatistics { services.scans.statistics }

  /// What became of the calls of each cached field, by schema coordinate, in the order of the schema.
  public var fieldStatistics: [(coordinate: String, statistics: FieldStatistics)] {
    let binding = services.binding
    let fields = binding.roots.map { ($0.field, $0.cache) } + binding.nestedCaches.map { ($0.field, $0.policy) }
    return zip(fields, services.tally.snapshot).compactMap { field, statistics in
      field.1.map { _ in (services.schema.coordinate(of: field.0.id), statistics) }
    }
  }

  /// Answers one request on behalf of `principal`. Never throws: what goes wrong is part of the answer.
  ///
  /// At most one Redis round trip, and one PostgreSQL round trip for each level of the answer that is not cached.
  public func execute(_ request: GraphQLRequest, for principal: Principal) async -> ExecutionResult {
    let start = ContinuousClock.now
    do throws(RequestErrors) {
      let compiled = try await compiler.compile(request.document)
      let operation = try RequestErrors.wrap { () throws(GraphQLError) in
        try compiled.document.operation(named: request.operationName)
      }
      if let refusal = request.mutationRefusal, compiled.document.operations[operation].kind == .mutation {
        throw RequestErrors([refusal])
      }
      let variables = try coerce(request, compiled.document, operation)
      let call = OperationCall(compiled: compiled, operation: operation, variables: variables, start: start)
      return try await run(call, principal, .response(explained: request.explains))
    } catch {
      return ExecutionResult(refused: (refusedMutation(request) ?? error).errors)
    }
  }

  /// Answers a request from memory, on the caller's thread, or not at all: nil when anything would have to be waited for.
  ///
  /// Never compiles, does no I/O and waits for nobody, so it may be called on an event loop. Whoever gets nil calls
  /// ``execute(_:for:)``. A request that is answered with an error of its own is answered here too.
  public func executeImmediately(_ request: GraphQLRequest, for principal: Principal) -> ExecutionResult? {
    let start = ContinuousClock.now
    guard let compiled = compiler.ready(request.document) else { return nil }
    do throws(RequestErrors) {
      let operation = try RequestErrors.wrap { () throws(GraphQLError) in
        try compiled.document.operation(named: request.operationName)
      }
      // What changes something is never done from memory.
      guard compiled.document.operations[operation].kind == .query else { return nil }
      let variables = try coerce(request, compiled.document, operation)
      guard let plan = compiled.readyPlan(operation: operation, variables: variables) else { return nil }
      let planned = ContinuousClock.now
      guard let steps = executor(compiled, plan, variables, principal).runImmediately() else { return nil }
      compiler.countHit()
      let call = OperationCall(compiled: compiled, operation: operation, variables: variables, start: start)
      return write(steps, plan, call, .response(explained: request.explains), planned: planned)
    } catch {
      compiler.countHit()
      return ExecutionResult(refused: error.errors)
    }
  }

  /// The same answer once more, to the same request of the same workspace; nil when it may be another one by now.
  ///
  /// As little waits here as in ``executeImmediately(_:for:)``.
  public func repeated(_ result: ExecutionResult) -> ExecutionResult? {
    guard let memory = services.memory, let basis = result.basis, let remaining = basis.remaining(in: memory) else {
      return nil
    }
    compiler.countHit()
    services.tally.countMemoryHits(basis.roots)
    var result = result
    result.remaining = remaining
    result.report = ExecutionReport()
    return result
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
    let start = ContinuousClock.now
    do throws(RequestErrors) {
      let provided = InputObject(
        variables.sorted { $0.key < $1.key }.map { InputObject.Member(name: $0.key, value: $0.value) }
      )
      let values = try services.schema.coerceVariableValues(
        stored.compiled.document,
        operation: stored.operation,
        provided: provided
      )
      let call = OperationCall(compiled: stored.compiled, operation: stored.operation, variables: values, start: start)
      return try await run(call, principal, stored.body.map { .rootField($0) } ?? .response(explained: false))
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

  /// Returns some time after the task is cancelled: what the caches have not heard yet of mutations they are told once more.
  public func run() async {
    await Lifetime.untilCancelled()
    await services.finishInvalidations()
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

  /// An operation that is being answered.
  private struct OperationCall {
    let compiled: CompiledDocument
    let operation: Int
    let variables: VariableValues
    /// When the request began.
    let start: ContinuousClock.Instant
  }

  /// What is written.
  private enum AnswerShape {
    /// The response map.
    case response(explained: Bool)
    /// The bare value of a root field.
    case rootField(String)
  }

  private func run(
    _ call: OperationCall,
    _ principal: Principal,
    _ shape: AnswerShape
  ) async throws(RequestErrors) -> ExecutionResult {
    let plan = try RequestErrors.wrap { () throws(GraphQLError) in
      try compiler.plan(call.compiled, operation: call.operation, variables: call.variables)
    }
    let planned = ContinuousClock.now
    let executor = executor(call.compiled, plan, call.variables, principal)
    let immediate = executor.runImmediately()
    let steps = if let immediate { immediate } else { await executor.run() }
    return write(steps, plan, call, shape, planned: planned)
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
    _ call: OperationCall,
    _ shape: AnswerShape,
    planned: ContinuousClock.Instant
  ) -> ExecutionResult {
    var report = ExecutionReport()
    report.planning = planned - call.start
    report.execution = ContinuousClock.now - planned
    report.cache = steps.cache
    report.database = steps.database
    let written: ResponseWriter.Written
    var isExplained = false
    switch shape {
    case .rootField(let name):
      written = ResponseWriter.rootField(
        named: name,
        schema: services.schema,
        compiled: call.compiled,
        plan: plan,
        results: steps.results
      )
    case .response(let explained):
      isExplained = explained
      if explained { explain(steps, plan, call, in: &report) }
      written = ResponseWriter.response(
        schema: services.schema,
        compiled: call.compiled,
        plan: plan,
        results: steps.results,
        extensions: explained ? ReportWriter.text(of: report) : nil
      )
    }
    let mayBeKept = written.errors.isEmpty && plan.kind == .query && !isExplained
    return ExecutionResult(
      kind: .data,
      body: written.bytes,
      errors: written.errors,
      remaining: mayBeKept ? steps.remaining : nil,
      report: report,
      basis: mayBeKept ? steps.basis : nil
    )
  }

  /// Adds what only an explained answer says.
  private func explain(
    _ steps: FetchedSteps,
    _ plan: OperationPlan,
    _ call: OperationCall,
    in report: inout ExecutionReport
  ) {
    report.cost = compiler.measure(call.compiled.document, operation: call.operation, variables: call.variables).cost
    report.fields = plan.rootSteps.indices.map { index in
      ExecutionReport.Field(
        responseName: plan.output.details[plan.rootSteps[index].outputField].name,
        coordinate: services.schema.coordinate(of: plan.rootSteps[index].field),
        origin: steps.origins[index],
        records: steps.results.root(index).records,
        computedFrom: steps.results.root(index).computedFrom
      )
    }
  }

  private func variable(_ definition: Document.VariableDefinition, _ document: Document) -> StoredOperation.Variable {
    StoredOperation.Variable(
      name: document.text(of: definition.name),
      type: definition.type.wrappers.text(around: document.text(of: definition.type.name)),
      isRequired: definition.type.wrappers.isNonNull && definition.defaultValue == nil
    )
  }
}
