import Schema
import Synchronization

/// A document that was parsed and validated once, with the plans made of it so far.
final class CompiledDocument: Sendable {
  let document: Document
  private let binding: SchemaBinding
  private let documentBinding: DocumentBinding
  private let keyStyle: KeyStyle
  /// Names of the variables whose values choose between plans.
  private let shapeVariables: [Name]
  private let plans = Mutex<[PlanKey: OperationPlan]>([:])

  /// How many plans one document keeps; more combinations of shape variables than this are planned anew each time.
  private static let maxPlans = 64

  private struct PlanKey: Hashable {
    let operation: Int
    let flags: ShapeFlags
  }

  init(document: Document, documentBinding: DocumentBinding, binding: SchemaBinding, keyStyle: KeyStyle) {
    self.document = document
    self.documentBinding = documentBinding
    self.binding = binding
    self.keyStyle = keyStyle
    shapeVariables = ShapeFlags.variables(of: document)
  }

  /// The plan of an operation for the values of its shape variables.
  ///
  /// Requests that need the same plan at the same time wait for the one that makes it: planning takes microseconds.
  /// - Parameter onPlan: told what a plan that was made now, and is kept, occupies.
  func plan(
    operation: Int,
    variables: VariableValues,
    onPlan: (_ bytes: Int) -> Void = { _ in }
  ) throws(GraphQLError) -> OperationPlan {
    let key = PlanKey(operation: operation, flags: flags(variables))
    let result = plans.withLock { plans -> Result<(OperationPlan, isNew: Bool), GraphQLError> in
      if let plan = plans[key] { return .success((plan, isNew: false)) }
      do throws(GraphQLError) {
        let plan = try makePlan(key)
        let isKept = plans.count < Self.maxPlans
        if isKept { plans[key] = plan }
        return .success((plan, isNew: isKept))
      } catch {
        return .failure(error)
      }
    }
    let (plan, isNew) = try result.get()
    if isNew { onPlan(plan.byteCount) }
    return plan
  }

  /// The plan when it is there already and nobody has to be waited for.
  func readyPlan(operation: Int, variables: VariableValues) -> OperationPlan? {
    let key = PlanKey(operation: operation, flags: flags(variables))
    return plans.withLockIfAvailable { $0[key] } ?? nil
  }

  private func makePlan(_ key: PlanKey) throws(GraphQLError) -> OperationPlan {
    var planner = Planner(
      binding: binding,
      document: document,
      documentBinding: documentBinding,
      flags: key.flags,
      keyStyle: keyStyle
    )
    return try planner.plan(operation: key.operation)
  }

  private func flags(_ variables: VariableValues) -> ShapeFlags {
    guard !shapeVariables.isEmpty else { return ShapeFlags() }
    var values: [UInt32: Bool] = [:]
    for name in shapeVariables {
      if let value = variables[name]?.booleanValue { values[name.symbol] = value }
    }
    return ShapeFlags(values)
  }

  /// What the document occupies, with the plans it has.
  var byteCount: Int {
    // The binding holds a field, an input type or a fragment for each node.
    let nodes = document.selections.count + document.arguments.count + document.values.count
    return document.byteCount + nodes * 16 + plans.withLock { $0.values.reduce(0) { $0 + $1.byteCount } }
  }
}
