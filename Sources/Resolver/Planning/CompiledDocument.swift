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
  func plan(operation: Int, variables: VariableValues) throws(GraphQLError) -> OperationPlan {
    let key = PlanKey(operation: operation, flags: flags(variables))
    if let plan = plans.withLock({ $0[key] }) { return plan }
    var planner = Planner(
      binding: binding,
      document: document,
      documentBinding: documentBinding,
      flags: key.flags,
      keyStyle: keyStyle
    )
    let plan = try planner.plan(operation: operation)
    plans.withLock { plans in
      if plans.count < Self.maxPlans { plans[key] = plan }
    }
    return plan
  }

  private func flags(_ variables: VariableValues) -> ShapeFlags {
    var values: [UInt32: Bool] = [:]
    for name in shapeVariables {
      if let value = variables[name]?.booleanValue { values[name.symbol] = value }
    }
    return ShapeFlags(values)
  }

  /// Roughly what the document occupies, to bound the plan cache.
  var byteCost: Int { 4096 + document.source.bytes.count * 64 }
}
