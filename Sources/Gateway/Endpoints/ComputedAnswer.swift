import Dispatch
import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A body that is sent at once, and the fields of the request that had no effect.
struct ComputedAnswer {
    var body: [UInt8]
    var ignoredFields: [String]
}

extension Gateway {
    /// A route whose answer is computed on the workers, away from the event loops.
    func computed(
        _ method: HTTPRequest.Method,
        _ path: String,
        errors shape: ErrorShape = .openAI,
        _ compute: @escaping @Sendable ([UInt8]) throws(APIError) -> ComputedAnswer
    ) -> Route {
        Route(method, path) { [self] request, writer in
            workers.async {
                do throws(APIError) {
                    let answer = try compute(request.body)
                    writer.respond(json: answer.body, headers: .reporting(ignored: answer.ignoredFields))
                } catch {
                    writer.respond(error, as: shape)
                }
            }
        }
    }
}
