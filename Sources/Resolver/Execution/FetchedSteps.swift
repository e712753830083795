import Schema

/// What calls of root fields have brought.
struct RootOutcomes: Sendable {
  var outcomes: [StepResults.Outcome] = []
  var origins: [FieldOrigin] = []
  var cache = Duration.zero
  var database = Duration.zero
}

/// What the steps of a request have brought, from where, and for how long it stays true.
struct FetchedSteps: Sendable {
  let results: StepResults
  /// By root step.
  let origins: [FieldOrigin]
  /// How long the cache was waited for, and the database.
  var cache = Duration.zero
  var database = Duration.zero
  /// What all of it was made of, when that was in memory.
  var basis: AnswerBasis?

  /// How long an answer may be taken for what a new one would be: the smallest time that remains to one of its fields,
  /// and zero when one of them is not cached, or when there is none.
  var remaining: Duration {
    origins.lazy.map { $0.remaining ?? .zero }.min() ?? .zero
  }
}
