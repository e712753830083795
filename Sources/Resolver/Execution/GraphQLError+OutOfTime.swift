import Schema

extension GraphQLError {
  /// For what a request that was cancelled still wanted: by its deadline, or since nobody is there to read the answer.
  static let outOfTime = GraphQLError(
    "The request took too long; ask for less or try again.",
    code: .deadlineExceeded
  )
}
