import Foundation
import HTTPServer
import HTTPTypes
import OpenAIAPI

/// `POST /v1/chat/completions`.
extension Gateway {
    var chatCompletionRoutes: [Route] {
        [
            generation("/v1/chat/completions") { [self] (http, principal, writer) throws(APIError) in
                let request = try ChatCompletionRequest(body: http.body, maxChoices: settings.maxChoices)
                let context = try context(of: http, principal, model: request.model)
                let prompt = try preparation.prepare(request, .answer, context)
                let identity = CompletionIdentity(
                    id: CompletionIdentity.newID("chatcmpl-"),
                    created: Int(Date().timeIntervalSince1970),
                    model: context.modelName,
                    serviceTier: request.options.serviceTier
                )
                let order = GenerationOrder(
                    id: identity.id,
                    principal: principal,
                    prompts: [prompt],
                    options: request.options,
                    headers: .reporting(ignored: request.ignoredFields, prompt.bound)
                )
                return GenerationWork(order: order, response: chatResponse(order, identity, writer))
            }
        ]
    }

    private func chatResponse(
        _ order: GenerationOrder,
        _ identity: CompletionIdentity,
        _ writer: ResponseWriter
    ) -> any GenerationResponse {
        guard order.options.isStreaming else { return ChatBodyResponse(writer, identity, order) }
        let chunks = ChatCompletionChunks(
            identity: identity,
            includesUsage: order.options.includesUsage,
            choiceCount: order.choiceCount
        )
        return ChatStreamResponse(writer, chunks, choiceCount: order.choiceCount)
    }
}

extension CompletionIdentity {
    /// A name that no other answer has.
    static func newID(_ prefix: String) -> String {
        prefix + UUID().uuidString.lowercased().replacing("-", with: "")
    }
}
