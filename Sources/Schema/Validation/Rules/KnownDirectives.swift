/// Sections 5.7.1 and 5.7.2: directives exist and may stand where they stand.
enum KnownDirectives {
  static func check(_ context: inout ValidationContext) {
    guard !context.document.directives.isEmpty else { return }
    for site in DirectiveSite.all(in: context.document) {
      for index in site.directives.indices {
        let node = context.document.directives[index]
        let position = Int(context.inputs.directives[index])
        if position < 0 {
          context.report("Unknown directive \"@\(context.text(node.name))\".", [node.offset], "KnownDirectives")
        } else if !context.schema.directives[position].locations.contains(site.location) {
          context.report(
            "Directive \"@\(context.text(node.name))\" may not be used on \(site.location.rawValue).",
            [node.offset],
            "KnownDirectives"
          )
        }
      }
    }
  }
}

/// A place in an executable document that has directives.
struct DirectiveSite {
  let location: DirectiveLocation
  let directives: NodeRange

  static func all(in document: Document) -> [DirectiveSite] {
    var sites: [DirectiveSite] = []
    func add(_ location: DirectiveLocation, _ directives: NodeRange) {
      if !directives.isEmpty { sites.append(DirectiveSite(location: location, directives: directives)) }
    }
    for operation in document.operations { add(DirectiveLocation(operation.kind), operation.directives) }
    for fragment in document.fragments { add(.fragmentDefinition, fragment.directives) }
    for variable in document.variableDefinitions { add(.variableDefinition, variable.directives) }
    for selection in document.selections {
      switch selection.kind {
      case .field: add(.field, selection.directives)
      case .fragmentSpread: add(.fragmentSpread, selection.directives)
      case .inlineFragment: add(.inlineFragment, selection.directives)
      }
    }
    return sites
  }
}

extension DirectiveLocation {
  fileprivate init(_ kind: OperationKind) {
    switch kind {
    case .query: self = .query
    case .mutation: self = .mutation
    case .subscription: self = .subscription
    }
  }
}
