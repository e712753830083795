/// The rules that a type system must meet. Specification, section 3.
struct TypeSystemChecks {
  let schema: GraphQLSchema
  let collector: SDLCollector
  var errors: SDLErrorList

  init(_ schema: GraphQLSchema, _ collector: SDLCollector) {
    self.schema = schema
    self.collector = collector
    errors = SDLErrorList(collector.document)
  }

  mutating func run() {}
}
