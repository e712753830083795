import Database

extension TraceFilter {
  /// A condition over rows of `traces`.
  /// - Parameter window: the parameters that hold the window's bounds; they prune the partitions of `trace_io`.
  func overTraces(window: (from: String, to: String), _ parameters: inout SQLParameters) -> String {
    var writer = FilterWriter(source: .traces(from: window.from, to: window.to), parameters: parameters)
    defer { parameters = writer.parameters }
    return writer.text(self)
  }

  /// A condition over rows of a rollup.
  /// - Precondition: ``isKnownToRollups``
  func overRollups(_ parameters: inout SQLParameters) -> String {
    var writer = FilterWriter(source: .rollups, parameters: parameters)
    defer { parameters = writer.parameters }
    return writer.text(self)
  }
}

/// Writes a filter as SQL. What SQL cannot know (NULL) counts as false where it stands, so `NOT` is `IS NOT TRUE`.
private struct FilterWriter {
  enum Source {
    case traces(from: String, to: String)
    case rollups
  }

  /// So many are compared one by one.
  private static let fewValues = 8

  let source: Source
  var parameters: SQLParameters

  mutating func text(_ filter: TraceFilter) -> String {
    switch filter {
    case .all(let parts): return joined(parts, by: " AND ", empty: "true")
    case .any(let parts): return joined(parts, by: " OR ", empty: "false")
    case .not(let part): return "(\(text(part)) IS NOT TRUE)"
    case .test(let field, let test): return self.test(test, field)
    }
  }

  private mutating func joined(_ parts: [TraceFilter], by separator: String, empty: String) -> String {
    guard !parts.isEmpty else { return empty }
    var texts: [String] = []
    for part in parts { texts.append(text(part)) }
    return "(\(texts.joined(separator: separator)))"
  }

  private mutating func test(_ test: TraceFilter.Test, _ field: FilterField) -> String {
    guard case .traces(let from, let to) = source else { return condition(test, field.rollup ?? "NULL", field.kind) }
    switch field.place {
    case .trace(let column): return condition(test, column, field.kind)
    case .tags:
      if test == .isAbsent { return "(traces.tags = '{}')" }
      return "EXISTS (SELECT FROM unnest(traces.tags) AS tag (value) WHERE "
        + "\(condition(test, "(tag.value COLLATE \"C\")", field.kind)))"
    case .text(let column):
      // What has no row there is absent, too.
      let isAbsent = test == .isAbsent
      let inner = isAbsent ? "io.\(column) IS NOT NULL" : condition(test, "(io.\(column) COLLATE \"C\")", field.kind)
      let exists = """
        EXISTS (SELECT FROM trace_io AS io WHERE io.workspace_id = $1::uuid AND io."timestamp" = traces."timestamp" \
        AND io.trace_id = traces.trace_id AND io."timestamp" >= \(from) AND io."timestamp" < \(to) AND \(inner))
        """
      return isAbsent ? "(NOT \(exists))" : exists
    }
  }

  private mutating func condition(_ test: TraceFilter.Test, _ column: String, _ kind: FilterField.Kind) -> String {
    switch test {
    case .isAbsent: return "(\(column) IS NULL)"
    case .compare(let comparison, let value): return compare(comparison, value, column, kind)
    case .among(let values):
      // No stored text holds U+0000. Read from text once, not for each row; looked up by hash where that is faster.
      let cast = kind == .text ? "::text[]" : "::text[]::\(kind.rawValue)[]"
      let list = "\(parameters.append(.textArray(values.filter(\.isStorable))))\(cast)"
      return values.count <= Self.fewValues
        ? "(\(column) = ANY((SELECT \(list))::\(kind.rawValue)[]))" : "(\(column) IN (SELECT unnest(\(list))))"
    case .prefix(let value):
      return value.isStorable ? "(\(column) ^@ \(parameters.append(.text(value)))::text)" : "false"
    case .contains(let value):
      return value.isStorable ? "(position(\(parameters.append(.text(value)))::text IN \(column)) > 0)" : "false"
    }
  }

  /// Texts are compared by their bytes. One with U+0000 lies directly above what stands before that character, as no
  /// stored text is in between.
  private mutating func compare(
    _ comparison: TraceFilter.Comparison,
    _ value: String,
    _ column: String,
    _ kind: FilterField.Kind
  ) -> String {
    var comparison = comparison
    var value = value
    if !value.isStorable {
      value = String(value.prefix { $0 != "\0" })
      switch comparison {
      case .equal: return "false"
      case .above, .aboveOrEqual: comparison = .above
      case .below, .belowOrEqual: comparison = .belowOrEqual
      }
    }
    return "(\(column) \(comparison.rawValue) \(parameters.append(.text(value)))::\(kind.rawValue))"
  }
}
