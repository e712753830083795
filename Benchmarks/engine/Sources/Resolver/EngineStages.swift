import JSON
import Logging
import Schema

/// Stages of an answer, each by itself: what the engine keeps to itself otherwise.
public struct EngineStages: Sendable {
  private let services: EngineServices
  private let compiler: DocumentCompiler
  private let text: [UInt8]
  private let bodies: [[UInt8]]
  private let compiled: CompiledDocument
  private let plan: OperationPlan
  private let variables: VariableValues
  private let results: StepResults
  private let principal = Principal(workspaceID: .none, userID: "benchmark")
  private let now = Instant.now()

  /// - Parameter bodies: of the root fields of the document's operation, in their order.
  public init(binding: SchemaBinding, document: [UInt8], bodies: [[UInt8]]) async throws {
    services = EngineServices(
      binding: binding,
      sources: nil,
      memory: nil,
      rootValue: nil,
      logger: .init(label: "benchmark")
    )
    compiler = DocumentCompiler(binding: binding, configuration: QueryEngine.Configuration())
    text = document
    self.bodies = bodies
    compiled = try await compiler.compile(document)
    variables = try binding.schema.coerceVariableValues(compiled.document, operation: 0, provided: InputObject())
    plan = try compiler.plan(compiled, operation: 0, variables: variables)
    var outcomes: [StepResults.Outcome] = []
    for body in bodies {
      outcomes.append(.value(try JSONDocument(parsing: body, maxDepth: 256, allowsDuplicateKeys: true), node: 0))
    }
    results = StepResults(roots: outcomes, fragments: [], argumentFailures: [:], rootValue: nil)
  }

  /// Finds the plan of a document that was seen before.
  public func lookUpPlan() -> Int {
    guard let found = compiler.ready(text), let plan = found.readyPlan(operation: 0, variables: variables) else {
      return 0
    }
    return plan.rootSteps.count
  }

  /// Arguments, cache keys and SHA-256 of every root field.
  public func makeCalls() -> Int {
    let executor = PlanExecutor(
      services: services,
      compiled: compiled,
      plan: plan,
      variables: variables,
      principal: principal,
      now: now
    )
    return executor.callTable().calls.count
  }

  /// Reads all bodies as they come from Redis.
  public func parseBodies() -> Int {
    bodies.reduce(0) { total, body in
      let document = try? JSONDocument(parsing: body, maxDepth: 256, allowsDuplicateKeys: true)
      return total + (document?.nodes.count ?? 0)
    }
  }

  /// Writes the answer out of parsed bodies.
  public func write() -> Int {
    let written = ResponseWriter.response(
      schema: services.schema,
      compiled: compiled,
      plan: plan,
      results: results
    )
    return written.errors.isEmpty ? written.bytes.count : 0
  }
}
