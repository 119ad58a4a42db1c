import HTTPServer
import HTTPTypes
import OpenAIAPI
import OrderedJSON

/// `POST /v1/messages` and `/v1/messages/count_tokens`, for Anthropic's clients.
extension Gateway {
    var messagesRoutes: [Route] {
        [
            generation("/v1/messages", errors: .messages) { [self] (http, principal, writer) throws(APIError) in
                let request = try MessagesRequest(body: http.body)
                let context = try context(of: http, principal, model: request.chat.model)
                var order = try order("msg_", for: request.chat, context)
                // Here every call is one, also that of a tool which the client named.
                order.calls?.finishReason = .toolCalls
                let encoder = MessageEvents(id: order.id, model: context.modelName)
                let omits = request.omitsThoughts
                let response: any GenerationResponse =
                    order.options.isStreaming
                    ? MessageStreamResponse(writer, encoder, promptTokens: order.promptTokens, omitsThoughts: omits)
                    : MessageBodyResponse(writer, encoder, omitsThoughts: omits)
                return GenerationWork(order: order, response: response)
            },
            computed(.post, "/v1/messages/count_tokens", errors: .messages) {
                [self] (http, principal) throws(APIError) in
                let request = try MessagesRequest(body: http.body, isCounted: true)
                let context = try context(of: http, principal, model: request.chat.model)
                let count = try preparation.prepare(request.chat, context).tokens.count
                let answer: JSONValue = ["input_tokens": .integer(Int64(count))]
                return ComputedAnswer(
                    body: answer.utf8(),
                    headers: .reporting(ignored: request.chat.ignoredFields)
                )
            },
        ]
    }
}
