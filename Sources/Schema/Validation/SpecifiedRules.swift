/// The rules of section 5, in graphql-js's order, which shows the most telling errors first. Each is one file of `Rules`.
enum SpecifiedRules {
  typealias Rule = @Sendable (inout ValidationContext) -> Void

  static let all: [Rule] = [
    ExecutableDefinitions.check,
    UniqueOperationNames.check,
    LoneAnonymousOperation.check,
    SingleFieldSubscriptions.check,
    KnownTypeNames.check,
    FragmentsOnCompositeTypes.check,
    VariablesAreInputTypes.check,
    ScalarLeafs.check,
    FieldsOnCorrectType.check,
    UniqueFragmentNames.check,
    KnownFragmentNames.check,
    NoUnusedFragments.check,
    PossibleFragmentSpreads.check,
    NoFragmentCycles.check,
    UniqueVariableNames.check,
    NoUndefinedVariables.check,
    NoUnusedVariables.check,
    KnownDirectives.check,
    UniqueDirectivesPerLocation.check,
    KnownArgumentNames.check,
    UniqueArgumentNames.check,
    ValuesOfCorrectType.check,
    ProvidedRequiredArguments.check,
    VariablesInAllowedPosition.check,
    OverlappingFieldsCanBeMerged.check,
    UniqueInputFieldNames.check,
    NoSchemaIntrospection.check,
    MaxIntrospectionDepth.check,
  ]
}
