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
                let order = try order(for: request, principal)
                return GenerationWork(order: order, response: chatResponse(order, writer))
            }
        ]
    }

    /// Renders a conversation, in whatever words it came.
    func order(for request: ChatCompletionRequest, _ principal: Principal) throws(APIError) -> GenerationOrder {
        try requireServed(request.model)
        return GenerationOrder(
            principal: principal,
            prompts: [try preparation.prepare(request)],
            options: request.options,
            calls: callReading(request.tools),
            headers: .reporting(ignored: request.ignoredFields)
        )
    }

    /// How calls are read if tools are offered.
    private func callReading(_ tools: ToolOptions) -> CallReading? {
        guard !tools.offered.isEmpty else { return nil }
        return CallReading(
            idPrefix: String(CompletionIdentity.newID("call_").prefix(25)),
            allowsParallelCalls: tools.allowsParallelCalls,
            usesLegacyForm: tools.usesLegacyForm
        )
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
        return ChatStreamResponse(writer, chunks, order)
    }
}

extension CompletionIdentity {
    /// A name that no other answer has.
    static func newID(_ prefix: String) -> String {
        prefix + UUID().uuidString.lowercased().replacing("-", with: "")
    }
}
