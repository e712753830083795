import Cache
import Database
import JSON
import Schema

/// Fetches what a plan needs for one request: at most one Redis round trip, and one PostgreSQL round trip for each
/// level of the answer that something is missing from.
struct PlanExecutor: Sendable {
  let services: EngineServices
  let compiled: CompiledDocument
  let plan: OperationPlan
  let variables: VariableValues
  let principal: Principal
  let now: Instant

  /// Runs all steps. Never throws: what fails is the outcome of its step.
  func run() async -> FetchedSteps {
    if plan.kind == .mutation { return await runSerially() }
    let table = callTable()
    let roots = await fetch(table.calls)
    var results = results(of: table, roots.outcomes, fragments: [])
    let start = ContinuousClock.now
    await run(plan.nestedSteps[...], into: &results)
    let nested = plan.nestedSteps.isEmpty ? .zero : ContinuousClock.now - start
    return FetchedSteps(
      results: results,
      origins: table.origins(roots.origins),
      cache: roots.cache,
      database: roots.database + nested
    )
  }

  /// The same from memory alone; nil when anything would have to be waited for. Does no I/O.
  func runImmediately() -> FetchedSteps? {
    guard plan.kind != .mutation else { return nil }
    let table = callTable()
    let keys = table.calls.compactMap(\.key)
    guard keys.count == table.calls.count else { return nil }
    var bodies: [KeptBody] = []
    var origins: [FieldOrigin] = []
    if !keys.isEmpty {
      guard let found = services.memory?.find(keys, workspace: principal.workspaceID.text) else { return nil }
      for (call, found) in zip(table.calls, found) {
        bodies.append(found.body)
        origins.append(FieldOrigin(source: .memory, lifetime: lifetime(of: call), remaining: found.remaining))
      }
      refreshEarly(table.calls, origins)
    }
    let outcomes = bodies.map { StepResults.Outcome.value($0.document, node: 0) }
    let results = results(of: table, outcomes, fragments: table.byStep(bodies.map(\.fragments)))
    let finder = ParentFinder(schema: services.schema, output: plan.output, results: results)
    // A body that holds what a nested step fetches is complete; any other has to wait for the database.
    guard plan.nestedSteps.allSatisfy({ finder.parents(of: $0).isEmpty }) else { return nil }
    var steps = FetchedSteps(results: results, origins: table.origins(origins))
    if !keys.isEmpty {
      services.tally.countMemoryHits(table.calls.lazy.map(\.root))
      steps.basis = AnswerBasis(
        keys: keys,
        bodies: bodies.map(\.id),
        margins: table.calls.map { services.binding.roots[$0.root].cache?.refreshMargin ?? .zero },
        roots: table.calls.map(\.root),
        workspace: principal.workspaceID.text
      )
    }
    return steps
  }

  private func results(
    of table: CallTable,
    _ outcomes: [StepResults.Outcome],
    fragments: [RenderedFragments?]
  ) -> StepResults {
    StepResults(
      roots: table.outcomes(outcomes),
      fragments: fragments,
      argumentFailures: argumentFailures(),
      rootValue: services.rootValue?.place(of: plan.kind)
    )
  }

  // MARK: Root steps

  /// Coerces the arguments of every root step and finds which calls are the same.
  func callTable() -> CallTable {
    var table = CallTable()
    for step in plan.rootSteps {
      do throws(GraphQLError) {
        let arguments = try callArguments(of: step)
        switch step.kind {
        case .introspectionSchema: table.append(services.introspectionSchema(), from: .introspection)
        case .introspectionType: table.append(services.introspectionType(arguments.values), from: .introspection)
        // Only mutations have such steps, and those run one after the other.
        case .mutate: table.append(.null, from: .none)
        case .fetch(let root): table.append(rootCall(root, arguments))
        }
      } catch {
        table.append(.failure(error), from: .none)
      }
    }
    return table
  }

  func rootCall(_ root: Int, _ arguments: CallArguments) -> RootCall {
    RootCall(
      root: root,
      bound: services.binding.roots[root],
      arguments: arguments,
      workspaceID: principal.workspaceID,
      now: now
    )
  }

  func callArguments(of step: RootStep) throws(GraphQLError) -> CallArguments {
    if let constant = step.constantArguments { return constant }
    let values = try arguments(of: step.field, selection: step.selection)
    return CallArguments(values, of: step, services.binding)
  }

  func argumentFailures() -> [Int: GraphQLError] {
    var failures: [Int: GraphQLError] = [:]
    for check in plan.argumentChecks {
      do throws(GraphQLError) {
        _ = try arguments(of: check.field, selection: check.selection)
      } catch {
        failures[check.outputField] = error
      }
    }
    return failures
  }

  func arguments(of field: FieldID, selection: Int) throws(GraphQLError) -> ArgumentValues {
    try services.schema.coerceArgumentValues(
      of: services.schema[field],
      selection: selection,
      in: compiled.document,
      variables: variables
    )
  }

  /// Brings the bodies of calls, and says where from.
  func fetch(_ calls: [RootCall]) async -> RootOutcomes {
    var roots = RootOutcomes()
    guard !calls.isEmpty else { return roots }
    let fetcher = RootFetcher(services: services, workspace: principal.workspaceID.text)
    let start = ContinuousClock.now
    let cached = await fetcher.read(calls) { answers(call: $0, $1) }
    let asked = ContinuousClock.now
    roots.cache = asked - start
    let missing = calls.indices.filter { cached.bodies[$0] == nil }
    let fetched = await fetcher.fetch(missing.map { calls[$0] }, cached: cached, at: missing)
    roots.database = missing.isEmpty ? .zero : ContinuousClock.now - asked
    roots.outcomes = cached.bodies.map { $0.map { .value($0, node: 0) } ?? .null }
    roots.origins = calls.indices.map { index in
      FieldOrigin(
        source: cached.sources[index],
        lifetime: lifetime(of: calls[index]),
        remaining: cached.remaining[index],
        took: cached.sources[index] == .memory ? .zero : roots.cache
      )
    }
    refreshEarly(calls, roots.origins, except: cached.foreign.union(missing))
    for (result, index) in zip(fetched, missing) {
      roots.outcomes[index] = result.outcome
      roots.origins[index] = origin(of: result, calls[index], took: roots.database)
    }
    for (index, call) in calls.enumerated() where call.key != nil {
      services.tally.count(call.root, roots.origins[index].source, cached.misses[index])
    }
    return roots
  }

  /// Begins to compute anew what is stale or will soon expire. What an invalidation has made old is not among it.
  /// - Parameter others: calls that were missed, and bodies of other services.
  private func refreshEarly(_ calls: [RootCall], _ origins: [FieldOrigin], except others: Set<Int> = []) {
    var due: [RootCall] = []
    for (index, call) in calls.enumerated() where !others.contains(index) {
      guard let policy = services.binding.roots[call.root].cache, let remaining = origins[index].remaining else {
        continue
      }
      if origins[index].source == .stale || EarlyRefresh.isDue(remaining, policy) { due.append(call) }
    }
    if !due.isEmpty { EarlyRefresh(services: services, workspace: principal.workspaceID.text).begin(due) }
  }

  /// A value that has just been computed stays for its whole time, whether Redis took it or not. A null is not kept.
  private func origin(of fetched: RootFetcher.Fetched, _ call: RootCall, took: Duration) -> FieldOrigin {
    let lifetime = lifetime(of: call)
    var remaining: Duration?
    if case .value = fetched.outcome { remaining = lifetime }
    let source = fetched.isShared ? FieldOrigin.Source.flight : .database
    return FieldOrigin(source: source, lifetime: lifetime, remaining: remaining, took: took)
  }

  private func lifetime(of call: RootCall) -> Duration? { services.binding.roots[call.root].cache?.ttl }

  /// Whether a body written by somebody else has all that this plan selects from it.
  private func answers(call: RootCall, _ body: JSONDocument) -> Bool {
    let check = ForeignBodyCheck(schema: services.schema, output: plan.output)
    return plan.rootSteps.allSatisfy { step in
      step.kind != .fetch(call.root) || check.answers(step.outputField, Place(body, 0))
    }
  }

  // MARK: Nested steps

  /// Runs steps that are sorted by level.
  func run(_ steps: ArraySlice<NestedStep>, into results: inout StepResults) async {
    var rest = steps
    while let level = rest.first?.level {
      await runLevel(rest.prefix { $0.level == level }, into: &results)
      rest = rest.drop { $0.level == level }
    }
  }

  /// Runs the steps of one level: those that are cached ask the cache together, and all ask PostgreSQL in one pipeline for the rest.
  private func runLevel(_ steps: ArraySlice<NestedStep>, into results: inout StepResults) async {
    let finder = ParentFinder(schema: services.schema, output: plan.output, results: results)
    var fetches = steps.compactMap { step -> NestedFetch? in
      let parents = finder.parents(of: step)
      return parents.isEmpty ? nil : NestedFetch(step: step, parents: parents)
    }
    await NestedCaching(services: services, workspace: principal.workspaceID.text).read(&fetches)
    let call = FieldCall(arguments: .none, workspaceID: principal.workspaceID, now: now)
    var batch = StatementBatch()
    let parts = fetches.map { fetch in
      fetch.missing.isEmpty
        ? nil
        : batch.add { () throws(GraphQLError) in
          try services.binding.nestedResolvers[fetch.step.resolver].queries(
            parents: fetch.missingParents,
            properties: fetch.step.properties,
            call: call
          )
        }
    }
    let rows = await services.run(batch, workspace: principal.workspaceID.text)
    for (fetch, part) in zip(fetches, parts) {
      results.set(nestedOutcome(fetch, call, part.map { rows[$0] } ?? .success([])), forNested: fetch.step.index)
    }
  }

  private func nestedOutcome(
    _ fetch: NestedFetch,
    _ call: FieldCall,
    _ rows: Result<[SQLResult], GraphQLError>
  ) -> StepResults.NestedOutcome {
    do throws(GraphQLError) {
      let fetched = try fetchedBodies(fetch, call, rows)
      NestedCaching(services: services, workspace: principal.workspaceID.text).write(fetch, fetched)
      let body = try fetch.merged(with: fetched, services)
      let elements = Place(body, 0).elements.map(\.node)
      let pairs = zip(fetch.parents.map(StepResults.ParentID.init), elements)
      return .bodies(body, elements: Dictionary(pairs) { first, _ in first })
    } catch {
      return .failure(error)
    }
  }

  /// An array with an element for each parent that the cache had nothing for; nil when there are none.
  private func fetchedBodies(
    _ fetch: NestedFetch,
    _ call: FieldCall,
    _ rows: Result<[SQLResult], GraphQLError>
  ) throws(GraphQLError) -> JSONDocument? {
    guard !fetch.missing.isEmpty else { return nil }
    var writer = JSONWriter(reserving: 4096)
    try services.binding.nestedResolvers[fetch.step.resolver].bodies(
      try rows.get(),
      parents: fetch.missingParents,
      properties: fetch.step.properties,
      call: call,
      into: &writer
    )
    return try services.parse(writer.bytes)
  }
}
