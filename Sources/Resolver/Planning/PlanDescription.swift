import Cache
import Database
import JSON
import Schema

/// A plan as text for people: what would be asked of Redis and PostgreSQL for one request, and what would be written.
///
/// Nothing is asked. The workspace, and what only data can tell, stands in braces or is left out.
struct PlanDescription {
  let binding: SchemaBinding
  let document: Document
  let operation: Int
  let plan: OperationPlan
  let measure: QueryMeasure
  let table: CallTable

  private static let workspace = "{workspace_id}"

  var text: String {
    ([heading, ""] + rootLayer + nestedLayers + ["answer"] + outputLines).joined(separator: "\n")
  }

  private var heading: String {
    let operation = document.operations[operation]
    let name = operation.name.isPresent ? " \(document.text(of: operation.name))" : ""
    return "\(operation.kind.text)\(name): depth \(measure.depth), fields \(measure.fields), cost \(measure.cost)"
  }

  // MARK: Steps

  private var rootLayer: [String] {
    let calls = table.calls
    guard !calls.isEmpty else { return [] }
    let cached = calls.count { $0.key != nil }
    var lines = [
      "layer 1: \(counted(calls.count, "call")) for \(counted(plan.rootSteps.count, "root field"))",
      "  Redis: \(counted(cached, "key")), 1 round trip; PostgreSQL: all that is missing, 1 round trip",
    ]
    if cached == 0 { lines[1] = "  PostgreSQL: 1 round trip" }
    for (position, call) in calls.enumerated() { lines += describe(call, steps: table.steps(ofCall: position)) }
    return lines + [""]
  }

  private func describe(_ call: RootCall, steps: [Int]) -> [String] {
    let root = binding.roots[call.root]
    let names = steps.map { plan.output.details[plan.rootSteps[$0].outputField].name }
    let arguments = String(decoding: call.argumentsText, as: UTF8.self)
    var lines = [
      "", "  \(binding.schema.coordinate(of: root.field.id)) \(arguments)", "    shown as: \(listed(names))",
    ]
    if let policy = root.cache, let key = call.key(in: binding, workspace: Self.workspace) {
      lines.append("    key: \(key), for \(policy.ttl.components.seconds) s")
    } else {
      lines.append("    key: none, not cached")
    }
    return lines + statements { () throws(GraphQLError) in try root.resolver.queries(call.call) }
  }

  /// Steps below the root, by layer: those of one layer share a round trip.
  private var nestedLayers: [String] {
    var lines: [String] = []
    for level in Set(plan.nestedSteps.map(\.level)).sorted() {
      lines.append("layer \(level + 2): where the bodies lack them")
      lines.append("  PostgreSQL: 1 round trip")
      for step in plan.nestedSteps where step.level == level { lines += describe(step) }
      lines.append("")
    }
    return lines
  }

  private func describe(_ step: NestedStep) -> [String] {
    let type = binding.schema[step.parentType].name
    let path = step.path.map { plan.output.details[$0].name }.joined(separator: ".")
    let call = FieldCall(arguments: .none, workspaceID: .none, now: table.calls.first?.call.now ?? .now())
    let parents = SampleBody(schema: binding.schema, type: step.parentType).values
    return ["", "  \(type) { \(step.properties.sorted().joined(separator: " ")) } of all \(path)"]
      + statements { () throws(GraphQLError) in
        try binding.nestedResolvers[step.resolver].queries(parents: parents, properties: step.properties, call: call)
      }
  }

  private func statements(_ make: () throws(GraphQLError) -> [SQLQuery]) -> [String] {
    do throws(GraphQLError) {
      return try make().flatMap { query in
        let text = query.statement.text.split(separator: "\n").map { "      \($0)" }
        return ["    statement \(query.statement.name), \(counted(query.parameters.count, "parameter")):"] + text
      }
    } catch {
      return ["    error: \(error.message)"]
    }
  }

  // MARK: Answer

  /// The response as it will look, one field a line; below an abstract type by runtime type.
  private var outputLines: [String] {
    var lines: [String] = []
    append(selection: plan.output.root, depth: 1, to: &lines)
    return lines
  }

  /// As deep as the plan.
  private func append(selection: Int, depth: Int, to lines: inout [String]) {
    let indent = String(repeating: "  ", count: depth)
    for variant in plan.output.variants[plan.output.selections[selection].variants] {
      let isAbstract = plan.output.selections[selection].isAbstract
      if isAbstract { lines.append("\(indent)... \(binding.schema[variant.type].name)") }
      for index in variant.fields {
        let field = plan.output.fields[index]
        let type = binding.schema.text(of: field.type)
        lines.append(
          "\(indent)\(isAbstract ? "  " : "")\(plan.output.details[index].name): \(type)\(origin(of: field))"
        )
        if let below = field.selection {
          append(selection: below, depth: depth + (isAbstract ? 2 : 1), to: &lines)
        }
      }
    }
  }

  private func origin(of field: OutputField) -> String {
    switch field.source {
    case .property: ""
    case .typename: " (constant)"
    case .root(let step): origin(of: plan.rootSteps[step].kind)
    case .nested(let step): " (layer \((plan.nestedSteps.first { $0.index == step }?.level ?? 0) + 2))"
    }
  }

  private func origin(of kind: RootStep.Kind) -> String {
    switch kind {
    case .fetch: " (layer 1)"
    case .mutate: " (serial)"
    case .introspectionSchema, .introspectionType: " (introspection)"
    }
  }

  // MARK: Words

  private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private static let mostListed = 8

  private func listed(_ names: [String]) -> String {
    let shown = names.prefix(Self.mostListed).joined(separator: ", ")
    return names.count > Self.mostListed ? "\(shown) and \(names.count - Self.mostListed) more" : shown
  }
}

/// A body that stands for those that only data can bring, so that a nested resolver shows its statements.
private struct SampleBody {
  let schema: GraphQLSchema
  let type: TypeID

  var values: [JSONValue] {
    var writer = JSONWriter()
    writer.beginObject()
    for id in schema[type].fieldIDs where !schema[id].isMeta {
      let field = schema[id]
      guard !field.type.isList, schema[field.type.named].kind == .scalar else { continue }
      writer.key(escaping: NameStyle.snakeCase(field.name))
      switch schema[field.type.named].name {
      case "Int", "Float", "Decimal": writer.int(0)
      case "Boolean": writer.bool(false)
      case "DateTime": writer.string("2000-01-01T00:00:00.000000Z")
      default: writer.string("sample")
      }
    }
    writer.endObject()
    return ((try? JSONDocument(parsing: writer.bytes)).map { [$0.root] }) ?? []
  }
}
