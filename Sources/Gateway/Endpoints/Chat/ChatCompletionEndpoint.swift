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
                let order = try order("chatcmpl-", for: request, context)
                let identity = CompletionIdentity(
                    id: order.id,
                    created: Int(Date().timeIntervalSince1970),
                    model: context.modelName,
                    systemFingerprint: model.fingerprint,
                    serviceTier: request.options.serviceTier
                )
                return GenerationWork(order: order, response: chatResponse(order, identity, writer))
            }
        ]
    }

    /// Renders a conversation, in whatever words it came.
    ///
    /// - Parameters:
    ///   - prefix: What the answer's id begins with.
    ///   - request: The conversation.
    ///   - context: Who asks, and what headers and the model's name say.
    /// - Returns: The order.
    /// - Throws: What cannot be rendered or does not fit.
    func order(
        _ prefix: String,
        for request: ChatCompletionRequest,
        _ context: RequestContext
    ) throws(APIError) -> GenerationOrder {
        let prompt = try preparation.prepare(request, context)
        return GenerationOrder(
            id: CompletionIdentity.newID(prefix),
            principal: context.principal,
            prompts: [prompt],
            options: request.options,
            calls: callReading(request.tools),
            headers: .reporting(ignored: request.ignoredFields, prompt.bound),
            constraint: try constraints.constraint(request.options.form, request.tools)
        )
    }

    /// How calls are read if tools are offered.
    private func callReading(_ tools: ToolOptions) -> CallReading? {
        guard !tools.offered.isEmpty else { return nil }
        return CallReading(
            idPrefix: String(CompletionIdentity.newID("call_").prefix(25)),
            allowsParallelCalls: tools.allowsParallelCalls,
            usesLegacyForm: tools.usesLegacyForm,
            finishReason: FinishReason(calling: tools)
        )
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
            choiceCount: order.choiceCount,
            thought: order.options.thought
        )
        return ChatStreamResponse(writer, chunks, order)
    }
}

extension FinishReason {
    /// OpenAI's: a tool that the client named is no decision of the model, so its call is the plain end.
    fileprivate init(calling tools: ToolOptions) {
        if case .named = tools.choice { self = .stop } else { self = tools.usesLegacyForm ? .functionCall : .toolCalls }
    }
}

extension CompletionIdentity {
    /// A name that no other answer has.
    static func newID(_ prefix: String) -> String {
        prefix + UUID().uuidString.lowercased().replacing("-", with: "")
    }
}
