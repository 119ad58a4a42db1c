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
                let order = try order(for: request.chat, principal)
                let encoder = MessageEvents(id: CompletionIdentity.newID("msg_"), model: model.name)
                let response: any GenerationResponse =
                    order.options.isStreaming
                    ? MessageStreamResponse(writer, encoder, promptTokens: order.promptTokens)
                    : MessageBodyResponse(writer, encoder)
                return GenerationWork(order: order, response: response)
            },
            computed(.post, "/v1/messages/count_tokens", errors: .messages) { [self] (body) throws(APIError) in
                let request = try MessagesRequest(body: body, isCounted: true)
                try requireServed(request.chat.model)
                let count = try preparation.prepare(request.chat).tokens.count
                let answer: JSONValue = ["input_tokens": .integer(Int64(count))]
                return ComputedAnswer(body: answer.utf8(), ignoredFields: request.chat.ignoredFields)
            },
        ]
    }
}
