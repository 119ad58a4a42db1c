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
                try requireServed(request.model)
                let order = GenerationOrder(
                    principal: principal,
                    prompts: [try preparation.prepare(request)],
                    options: request.options,
                    headers: .reporting(ignored: request.ignoredFields)
                )
                return GenerationWork(order: order, response: chatResponse(order, writer))
            }
        ]
    }

    private func chatResponse(_ order: GenerationOrder, _ writer: ResponseWriter) -> any GenerationResponse {
        let identity = CompletionIdentity(
            id: CompletionIdentity.newID("chatcmpl-"),
            created: Int(Date().timeIntervalSince1970),
            model: model.name,
            serviceTier: order.options.serviceTier
        )
        guard order.options.isStreaming else { return ChatBodyResponse(writer, identity, order) }
        let chunks = ChatCompletionChunks(
            identity: identity,
            includesUsage: order.options.includesUsage,
            choiceCount: order.choiceCount
        )
        return ChatStreamResponse(
            writer,
            chunks,
            choiceCount: order.choiceCount,
            options: order.options.reports
        )
    }
}

extension CompletionIdentity {
    /// A name that no other answer has.
    static func newID(_ prefix: String) -> String {
        prefix + UUID().uuidString.lowercased().replacing("-", with: "")
    }
}
