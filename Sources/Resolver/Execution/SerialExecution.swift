import JSON
import Schema

/// ExecuteRootSelectionSet in serial mode (spec section 6.2.2): every root field of a mutation, with all that is
/// selected below it, is done before the next begins.
extension PlanExecutor {
  /// A field that fails does not keep the later ones from running, whatever its type: what they answer is written
  /// unless a null has reached `data`.
  func runSerially() async -> FetchedSteps {
    var results = StepResults(
      roots: Array(repeating: .null, count: plan.rootSteps.count),
      fragments: [],
      argumentFailures: argumentFailures(),
      rootValue: services.rootValue?.place(of: plan.kind)
    )
    var origins: [FieldOrigin] = []
    for (index, step) in plan.rootSteps.enumerated() {
      let start = ContinuousClock.now
      results.set(await outcome(of: step), forRoot: index)
      let below = plan.nestedSteps.filter { $0.path.first == step.outputField }
      await run(below[...], into: &results)
      origins.append(FieldOrigin(source: .mutation, took: ContinuousClock.now - start))
    }
    // What lies below members of a root value, which nothing has to be done for.
    let performed = Set(plan.rootSteps.map(\.outputField))
    let others = plan.nestedSteps.filter { step in step.path.first.map { !performed.contains($0) } ?? true }
    await run(others[...], into: &results)
    let total = origins.reduce(.zero) { $0 + $1.took }
    return FetchedSteps(results: results, origins: origins, database: total)
  }

  private func outcome(of step: RootStep) async -> StepResults.Outcome {
    do throws(GraphQLError) {
      let arguments = try callArguments(of: step)
      switch step.kind {
      case .introspectionSchema: return services.introspectionSchema()
      case .introspectionType: return services.introspectionType(arguments.values)
      case .mutate(let index): return try await perform(services.binding.mutations[index], arguments.values)
      case .fetch(let root):
        let fetched = await fetch([rootCall(root, arguments)])
        return fetched.outcomes[0]
      }
    } catch {
      return .failure(error)
    }
  }

  private func perform(
    _ resolver: any MutationResolver,
    _ arguments: ArgumentValues
  ) async throws(GraphQLError) -> StepResults.Outcome {
    let call = MutationCall(arguments: arguments, principal: principal, now: now, services: services)
    let body = try services.parse(try await resolver.perform(call))
    return body.root.isNull ? .null : .value(body, node: 0)
  }
}
