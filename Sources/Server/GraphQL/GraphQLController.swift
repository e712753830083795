import Hummingbird
import Resolver
import Schema

/// `/graphql`: what ``GraphQLExchange`` decides, carried out.
struct GraphQLController: Sendable {
  let engine: QueryEngine
  let authenticator: Authenticator
  let documents: DocumentResolver
  let bodies: RequestBodyReader
  let deadline: Duration
  let limits: GraphQLExchange.Limits

  /// At most one Redis and one PostgreSQL round trip for a query of the dashboard's kind.
  @Sendable func handle(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
    let start = ContinuousClock.now
    let exchange = GraphQLExchange(GraphQLHTTPRequest(request.head), limits: limits)
    do {
      try exchange.checkHead()
      let principal = try await authenticator.principal(for: request.headers)
      let call = try exchange.call(body: exchange.readsBody ? try await bodies.read(request) : [])
      var (answer, report) = try await answer(call, of: exchange, for: principal, context.connection)
      answer.fields.appendVary(authenticator.identityFields)
      ServerTiming.apply(report, since: start, to: &answer.fields)
      return Response(answer)
    } catch let problem as Problem {
      return Response(exchange.response(to: problem))
    }
  }

  private func answer(
    _ call: GraphQLCall,
    of exchange: GraphQLExchange,
    for principal: Principal,
    _ connection: ConnectionState?
  ) async throws -> (GraphQLHTTPResponse, ExecutionReport?) {
    do {
      return try await Deadline.run(within: deadline, watching: connection) {
        switch call {
        case .one(let parameters):
          let result = try await execute(parameters, of: exchange, for: principal)
          return (exchange.response(to: result), result.report)
        case .batch(let elements):
          return (exchange.response(toAll: await execute(elements, of: exchange, for: principal)), nil)
        }
      }
    } catch is Deadline.Exceeded {
      throw ErrorMapping.deadlineExceeded
    }
  }

  private func execute(
    _ parameters: GraphQLParameters,
    of exchange: GraphQLExchange,
    for principal: Principal
  ) async throws(Problem) -> ExecutionResult {
    let reference = try DocumentReference(parameters)
    let found: DocumentResolver.Found
    do throws(GraphQLError) {
      found = try await documents.find(reference)
    } catch {
      return ExecutionResult(refused: error)
    }
    let request = exchange.engineRequest(parameters, found, mutationRefusal: authenticator.mutationRefusal)
    return await engine.execute(request, for: principal)
  }

  /// One after the other, since a later mutation may build on an earlier one.
  private func execute(
    _ elements: [Result<GraphQLParameters, Problem>],
    of exchange: GraphQLExchange,
    for principal: Principal
  ) async -> [[UInt8]] {
    var bodies: [[UInt8]] = []
    for element in elements {
      do throws(Problem) {
        bodies.append(try await execute(try element.get(), of: exchange, for: principal).body)
      } catch {
        bodies.append(ErrorMapping.graphQLBody(of: error))
      }
    }
    return bodies
  }
}

extension Response {
  fileprivate init(_ answer: GraphQLHTTPResponse) {
    self.init(status: answer.status, headers: answer.fields, bytes: answer.body)
  }
}
