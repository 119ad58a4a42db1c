import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A body that is computed and sent at once.
struct ComputedAnswer {
    var body: [UInt8]
    var headers: HTTPFields = [:]
}

extension Gateway {
    /// A route whose answer is computed on the workers, away from the event loops.
    func computed(
        _ method: HTTPRequest.Method,
        _ path: String,
        errors shape: ErrorShape = .openAI,
        _ compute: @escaping @Sendable (ServerRequest, Principal) throws(APIError) -> ComputedAnswer
    ) -> Route {
        authenticated(method, path, errors: shape) { (request, principal, writer) throws(APIError) in
            let answer = try compute(request, principal)
            writer.respond(json: answer.body, headers: answer.headers)
        }
    }
}
