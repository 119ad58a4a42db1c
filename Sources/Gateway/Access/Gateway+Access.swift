import HTTPServer
import HTTPTypes
import OpenAIAPI

/// Routes for those who have a key, if keys are needed.
extension Gateway {
    /// Answers a request of somebody; called on the workers, where work may take time.
    typealias PrincipalHandler = @Sendable (ServerRequest, Principal, ResponseWriter) throws(APIError) -> Void

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
