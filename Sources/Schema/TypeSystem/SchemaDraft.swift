/// A schema while it is put together.
struct SchemaDraft {
  var description: String?
  var types: [NamedType] = []
  var fields: [FieldDefinition] = []
  var directives: [DirectiveDefinition] = []
  var queryType: TypeID?
  var mutationType: TypeID?
  var subscriptionType: TypeID?
  var appliedDirectives: [AppliedDirective] = []
  var typenameField = FieldID(0)
  var schemaField = FieldID(0)
  var typeField = FieldID(0)
}
