import Schema
import Testing

/// The schema that rule tests share; graphql-js's test schema, shortened.
enum Harness {
  static let schema: GraphQLSchema = build(
    """
    interface Mammal { mother: Mammal father: Mammal }
    interface Pet { name(surname: Boolean): String }
    interface Canine implements Mammal { name(surname: Boolean): String mother: Canine father: Canine }
    enum DogCommand { SIT HEEL DOWN }
    type Dog implements Pet & Mammal & Canine {
      name(surname: Boolean): String nickname: String barkVolume: Int barks: Boolean
      doesKnowCommand(dogCommand: DogCommand): Boolean isHouseTrained(atOtherHomes: Boolean = true): Boolean
      isAtLocation(x: Int, y: Int): Boolean mother: Dog father: Dog
    }
    type Cat implements Pet { name(surname: Boolean): String nickname: String meows: Boolean meowsVolume: Int furColor: FurColor }
    union CatOrDog = Cat | Dog
    type Human { name(surname: Boolean): String pets: [Pet] relatives: [Human]! iq: Int }
    enum FurColor { BROWN BLACK TAN }
    input ComplexInput {
      requiredField: Boolean! nonNullField: Boolean! = false intField: Int stringField: String booleanField: Boolean
      stringListField: [String]
    }
    input OneOf @oneOf { stringField: String intField: Int }
    scalar Strange
    type ComplicatedArgs {
      intArgField(intArg: Int): String nonNullIntArgField(nonNullIntArg: Int!): String stringArgField(stringArg: String): String
      booleanArgField(booleanArg: Boolean): String enumArgField(enumArg: FurColor): String floatArgField(floatArg: Float): String
      idArgField(idArg: ID): String stringListArgField(stringListArg: [String]): String
      complexArgField(complexArg: ComplexInput): String oneOfArgField(oneOfArg: OneOf): String
      multipleReqs(req1: Int!, req2: Int!): String nonNullFieldWithDefault(arg: Int! = 0): String
      dateArgField(dateArg: DateTime): String
    }
    scalar DateTime
    type Query {
      human(id: ID): Human dog: Dog cat: Cat pet: Pet catOrDog: CatOrDog complicatedArgs: ComplicatedArgs
    }
    type Mutation { rename(name: String!): Dog }
    type Subscription { newDog: Dog otherDog: Dog }
    directive @onField on FIELD
    directive @onQuery on QUERY
    directive @many(times: Int!) repeatable on FIELD | FRAGMENT_DEFINITION
    """
  )

  static func build(_ sdl: String) -> GraphQLSchema {
    do {
      return try SchemaBuilder.build(Source(sdl))
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// What one rule says about a document: `message @line:column,line:column`.
  static func errors(
    _ rule: String,
    _ text: String,
    schema: GraphQLSchema = schema,
    options: ValidationOptions = ValidationOptions()
  ) throws -> [String] {
    let document = try Parser.parse(Source(text))
    let errors = Validator.validate(document, against: schema, options: options).errors.filter { $0.rule == rule }
    return errors.map { error in
      error.message + " @" + error.locations.map { "\($0.line):\($0.column)" }.joined(separator: ",")
    }
  }
}
