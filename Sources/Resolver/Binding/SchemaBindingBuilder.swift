import Cache
import Schema

/// Walks every field of a schema and finds its source; collects what does not fit.
struct SchemaBindingBuilder {
  private let schema: GraphQLSchema
  private let registry: ResolverRegistry
  private let ttlOverrides: [String: Int]
  private(set) var fields: [FieldBinding] = []
  private(set) var roots: [BoundRoot] = []
  private(set) var mutations: [any MutationResolver] = []
  private(set) var nestedCaches: [NestedCache] = []
  private(set) var problems: [BindingError.Problem] = []

  init(schema: GraphQLSchema, registry: ResolverRegistry, ttlOverrides: [String: Int]) {
    self.schema = schema
    self.registry = registry
    self.ttlOverrides = ttlOverrides
  }

  mutating func bind() {
    for field in schema.fields { fields.append(binding(of: field)) }
    reportResolversWithoutField()
  }

  /// Only holds `@cached` of root fields against their arguments, whether they have resolvers or not.
  mutating func checkCachePolicies() {
    for field in schema.fields {
      let coordinate = schema.coordinate(of: field.id)
      if isRoot(schema[field.parent]) {
        _ = cachePolicy(of: field, coordinate)
      } else {
        _ = nestedCachePolicy(of: field, coordinate)
      }
    }
  }

  private mutating func binding(of field: FieldDefinition) -> FieldBinding {
    if let source = FieldBinding.Source.meta(field, in: schema) {
      return FieldBinding(source: source, property: Array(field.name.utf8))
    }
    let source = source(of: field, parent: schema[field.parent])
    let property = NameStyle.snakeCase(field.name)
    var bound = FieldBinding(source: source, property: Array(property.utf8))
    if case .nested = source, let policy = nestedCachePolicy(of: field, schema.coordinate(of: field.id)) {
      bound.nestedCache = nestedCaches.count
      nestedCaches.append(NestedCache(field: field, property: property, policy: policy))
    }
    return bound
  }

  private mutating func source(of field: FieldDefinition, parent: NamedType) -> FieldBinding.Source {
    let coordinate = "\(parent.name).\(field.name)"
    let isRoot = isRoot(parent)
    if isRoot, let resolver = registry.roots[coordinate] {
      roots.append(
        BoundRoot(
          field: field,
          resolver: resolver,
          cache: cachePolicy(of: field, coordinate),
          selectionArgument: selectionArgument(of: field, coordinate)
        )
      )
      return .root(roots.count - 1)
    }
    if parent.id == schema.rootType(of: .mutation), let resolver = registry.mutations[coordinate] {
      if let directive = field.directive("cached") {
        report(directive.location, "@cached on \(coordinate): what a mutation answers is never cached")
      }
      mutations.append(resolver)
      return .mutation(mutations.count - 1)
    }
    if let resolver = registry.nested[coordinate] { return .nested(resolver) }
    if !isRoot { rejectCachePolicyOfMember(field, coordinate) }
    let isProperty = registry.properties[parent.name]?.contains(field.name) == true
    if isRoot || (parent.kind == .object && !isProperty) {
      report(field.location, "field \(coordinate) has no resolver")
    }
    return .property
  }

  private func isRoot(_ type: NamedType) -> Bool {
    OperationKind.allCases.contains { schema.rootType(of: $0) == type.id }
  }

  private mutating func selectionArgument(of field: FieldDefinition, _ coordinate: String) -> SelectionArgument? {
    guard let directive = field.directive("selectionArgument") else { return nil }
    let (name, typeName) = (directive["argument"]?.stringValue ?? "", directive["type"]?.stringValue ?? "")
    guard let argument = field.arguments.first(where: { $0.name == name }), argument.type.isList,
      schema[argument.type.named].kind == .enumeration
    else {
      report(
        directive.location,
        "@selectionArgument on \(coordinate): `\(name)` is no argument that takes a list of enum values"
      )
      return nil
    }
    let names = schema[argument.type.named].enumValues.map(\.name)
    guard let type = schema.type(named: typeName), schema[type].kind == .object,
      names.allSatisfy({ schema.field(named: $0, on: type) != nil })
    else {
      report(
        directive.location,
        "@selectionArgument on \(coordinate): `\(typeName)` is no object type with fields named by `\(name)`"
      )
      return nil
    }
    return SelectionArgument(argument: name, type: type, names: names)
  }

  // MARK: Cache policy

  private mutating func cachePolicy(
    of field: FieldDefinition,
    _ coordinate: String
  ) -> CachePolicy? {
    guard let directive = field.directive("cached") else { return nil }
    let environment = directive["environment"]?.stringValue
    let declared = directive["ttl"]?.intValue.map { Int($0) } ?? 0
    let ttl = environment.flatMap { ttlOverrides[$0] } ?? declared
    guard ttl >= 0 else {
      report(directive.location, "@cached on \(coordinate): ttl is \(ttl); it must be 0 or more seconds")
      return nil
    }
    let stale = directive["stale"]?.intValue.map { Int($0) } ?? 0
    guard stale >= 0 else {
      report(directive.location, "@cached on \(coordinate): stale is \(stale); it must be 0 or more seconds")
      return nil
    }
    guard let key = directive["key"]?.stringValue, let pattern = pattern(key, directive, coordinate) else { return nil }
    let arguments = field.arguments.map { NameStyle.snakeCase($0.name) } + ["filters_hash", "args_hash"]
    checkPlaceholders(of: pattern, arguments, "argument of the field", directive, coordinate)
    if !pattern.placeholders.contains("workspace_id") && directive["owner"]?.stringValue == nil {
      report(
        directive.location,
        "@cached on \(coordinate): a key without {workspace_id} must name in `owner` the member that holds the workspace"
      )
    }
    guard ttl > 0 else { return nil }
    return CachePolicy(
      pattern: pattern,
      keyPrefix: Array(pattern.prefix.utf8),
      ttl: .seconds(ttl),
      stale: stale == 0 ? nil : .seconds(stale),
      owner: directive["owner"]?.stringValue.map { Array($0.utf8) }
    )
  }

  /// A field below the root is cached by members of its parent, which its key has to name: its arguments reach no resolver.
  private mutating func nestedCachePolicy(of field: FieldDefinition, _ coordinate: String) -> CachePolicy? {
    guard let directive = field.directive("cached") else { return nil }
    for name in ["owner", "stale"] where directive[name].map({ !$0.isNull }) ?? false {
      report(directive.location, "@cached on \(coordinate): `\(name)` is for fields of a root type")
    }
    guard let key = directive["key"]?.stringValue, let pattern = pattern(key, directive, coordinate) else { return nil }
    let members = schema.fields.filter {
      $0.parent == field.parent && schema[$0.type.named].kind.isLeaf && !$0.type.isList
    }
    .map { NameStyle.snakeCase($0.name) }
    checkPlaceholders(of: pattern, members, "plain member of \(schema[field.parent].name)", directive, coordinate)
    let names = pattern.placeholders
    if !names.contains("workspace_id") || names.allSatisfy({ $0 == "workspace_id" }) {
      report(
        directive.location,
        "@cached on \(coordinate): the key must name {workspace_id} and members that tell one \(schema[field.parent].name) from another"
      )
    }
    let declared = directive["ttl"]?.intValue.map { Int($0) } ?? 0
    let ttl = directive["environment"]?.stringValue.flatMap { ttlOverrides[$0] } ?? declared
    guard ttl >= 0 else {
      report(directive.location, "@cached on \(coordinate): ttl is \(ttl); it must be 0 or more seconds")
      return nil
    }
    guard ttl > 0 else { return nil }
    return CachePolicy(
      pattern: pattern,
      keyPrefix: Array(pattern.prefix.utf8),
      ttl: .seconds(ttl),
      stale: nil,
      owner: nil
    )
  }

  /// What a parent's body holds is cached with it: a policy of its own would be a promise that nobody keeps.
  private mutating func rejectCachePolicyOfMember(_ field: FieldDefinition, _ coordinate: String) {
    guard let directive = field.directive("cached") else { return }
    report(
      directive.location,
      "@cached on \(coordinate): the field is a member of its parent's value and cached with it"
    )
  }

  private mutating func pattern(_ key: String, _ directive: AppliedDirective, _ coordinate: String) -> KeyPattern? {
    do {
      return try KeyPattern(key)
    } catch {
      report(directive.location, "@cached on \(coordinate): \(error)")
      return nil
    }
  }

  private mutating func checkPlaceholders(
    of pattern: KeyPattern,
    _ names: [String],
    _ kind: String,
    _ directive: AppliedDirective,
    _ coordinate: String
  ) {
    let known = Set(names + ["workspace_id"])
    for placeholder in pattern.placeholders where !known.contains(placeholder) {
      report(
        directive.location,
        "@cached on \(coordinate): {\(placeholder)} is no \(kind); known are "
          + known.sorted().map { "{\($0)}" }.joined(separator: ", ")
      )
    }
  }

  // MARK: Problems

  private mutating func reportResolversWithoutField() {
    let properties = registry.properties.flatMap { type, names in names.map { "\(type).\($0)" } }
    let coordinates =
      Array(registry.roots.keys) + Array(registry.mutations.keys) + Array(registry.nested.keys) + properties
    for coordinate in coordinates.sorted() where schema.field(at: coordinate) == nil {
      report(nil, "the resolver of \(coordinate) has no field in the schema")
    }
  }

  private mutating func report(_ location: SourceLocation?, _ message: String) {
    problems.append(BindingError.Problem(message: message, location: location))
  }
}
