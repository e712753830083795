/// Validation of executable documents. Specification, section 5.
public enum Validator {
  /// Checks a document by all rules.
  ///
  /// - Returns: the errors by place, at most `options.maxErrors`, and what the document's names mean.
  public static func validate(
    _ document: Document,
    against schema: GraphQLSchema,
    options: ValidationOptions = ValidationOptions()
  ) -> ValidationResult {
    var context = ValidationContext(document, schema, options)
    for rule in SpecifiedRules.all {
      rule(&context)
      if context.isFull { break }
    }
    let errors = context.errors.enumerated().sorted { left, right in
      (left.element.offsets.first ?? 0, left.offset) < (right.element.offsets.first ?? 0, right.offset)
    }
    return ValidationResult(
      errors: errors.map { _, error in
        GraphQLError(
          error.message,
          code: error.code,
          locations: error.offsets.map(document.location),
          rule: error.rule.description
        )
      },
      binding: context.binding
    )
  }
}

/// What validation found.
public struct ValidationResult: Sendable {
  /// Empty when the document is valid. `GraphQLError.rule` names the rule.
  public let errors: [GraphQLError]
  public let binding: DocumentBinding

  public var isValid: Bool { errors.isEmpty }
}
