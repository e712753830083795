public import Schema

/// A schema with every kind of type, small enough to be searched through.
public enum SmallSchema {
  public static let schema: GraphQLSchema = {
    do {
      return try SchemaBuilder.build(Source(sdl))
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  private static let sdl = """
    directive @d(i: Int, f: F) repeatable on QUERY | FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT | FRAGMENT_DEFINITION
    scalar DateTime
    scalar Decimal
    scalar JSON
    scalar UUID
    enum E { A B }
    input F { and: [F!] e: E i: Int = 7 j: JSON l: [[Int]!] n: Float! = 1.5 }
    input O @oneOf { i: Int f: F s: String }
    interface N { id: ID! n: N }
    type A implements N { id: ID! n: N a: A b(i: Int! = 1, s: String): [B!] u(e: E, f: F, o: O): U }
    type B implements N { id: ID! n: A a: [A] b: B d(d: DateTime, x: Decimal, j: JSON, u: UUID): Float }
    union U = A | B
    type Q { a(f: F): A b(l: [[E!]]): B n: N u: U s(i: Int, f: Float, s: String, b: Boolean, id: ID): String }
    type M { a: A }
    type S { a: A b: B }
    schema { query: Q mutation: M subscription: S }
    """
}
