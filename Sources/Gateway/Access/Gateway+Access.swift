import HTTPServer
import HTTPTypes
import OpenAIAPI

/// Routes for those who have a key, if keys are needed.
extension Gateway {
    /// Answers a request of somebody; called on the workers, where work may take time.
    typealias PrincipalHandler = @Sendable (ServerRequest, Principal, ResponseWriter) throws(APIError) -> Void

    /// A route for everybody whom the server knows, whose answer waits for the ledger or the engine.
    func asking(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ ask: @escaping @Sendable (ServerRequest, Principal) async throws(APIError) -> ComputedAnswer
    ) -> Route {
        Route(method, path) { [self] request, writer in
            Task { [self] in
                do throws(APIError) {
                    let answer = try await ask(request, try await access.principal(of: request))
                    writer.respond(json: answer.body, headers: answer.headers)
                } catch {
                    writer.respond(error)
                }
            }
        }
    }

    /// A route for everybody whom the server knows.
    func authenticated(
        _ method: HTTPRequest.Method,
        _ path: String,
        errors shape: ErrorShape = .openAI,
        _ handler: @escaping PrincipalHandler
    ) -> Route {
        Route(method, path) { [self] request, writer in
            Task { [self] in
                do throws(APIError) {
                    let principal = try await access.principal(of: request)
                    try await onWorkers { () throws(APIError) in try handler(request, principal, writer) }
                } catch {
                    writer.respond(error, as: shape)
                }
            }
        }
    }
}
