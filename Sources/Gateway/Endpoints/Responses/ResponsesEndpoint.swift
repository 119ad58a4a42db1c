import Foundation
import HTTPServer
import HTTPTypes
import OpenAIAPI
import OrderedJSON

/// `POST /v1/responses`, and what can be done with a response by its id: fetch, delete, cancel.
extension Gateway {
    var responsesRoutes: [Route] {
        [
            generation("/v1/responses") { [self] (http, principal, writer) throws(APIError) in
                try respond(to: try ResponsesRequest(body: http.body), http, principal, writer)
            },
            authenticated(.get, "/v1/responses/{id}") { [self] (request, principal, writer) throws(APIError) in
                let id = request.pathParameter ?? ""
                guard let stored = responses.response(id, of: principal.account) else { throw .responseNotFound(id) }
                writer.respond(json: stored.document)
            },
            authenticated(.delete, "/v1/responses/{id}") { [self] (request, principal, writer) throws(APIError) in
                let id = request.pathParameter ?? ""
                guard responses.remove(id, of: principal.account) else { throw .responseNotFound(id) }
                let answer: JSONValue = ["id": .string(id), "object": "response", "deleted": true]
                writer.respond(json: answer.utf8())
            },
            authenticated(.post, "/v1/responses/{id}/cancel") { [self] (request, principal, writer) throws(APIError) in
                try cancel(request.pathParameter ?? "", principal, writer)
            },
        ]
    }

    private func respond(
        to request: ResponsesRequest,
        _ http: ServerRequest,
        _ principal: Principal,
        _ writer: ResponseWriter
    ) throws(APIError) -> GenerationWork {
        var chat = request.chat
        var history: [JSONValue] = []
        if let previous = request.previousResponseID {
            guard let stored = responses.response(previous, of: principal.account) else {
                throw .responseNotFound(previous, param: "previous_response_id")
            }
            history = stored.messages
        }
        chat.messages = request.messages(after: history)
        let context = try context(of: http, principal, model: chat.model)
        let order = try order("resp_", for: chat, context)
        let object = ResponseObject(
            id: order.id,
            created: Int(Date().timeIntervalSince1970),
            model: context.modelName,
            serviceTier: order.options.serviceTier,
            echo: request.echo
        )
        let (store, id, isStored) = (responses, object.id, request.isStored)
        let conversation = history + request.chat.messages
        let response = ResponsesResponse(
            writer,
            object,
            order.options,
            summarizesThought: request.summarizesThought
        ) { document, answer in
            let bytes = document.utf8()
            if isStored {
                let messages = conversation + [answer.message]
                store.insert(id, ResponseStore.Stored(account: principal.account, document: bytes, messages: messages))
            }
            store.end(id, bytes)
        }
        return GenerationWork(order: order, response: response) { run in
            store.begin(id, of: principal.account) { run.cancel() }
        }
    }

    private func cancel(_ id: String, _ principal: Principal, _ writer: ResponseWriter) throws(APIError) {
        let isRunning = responses.cancel(id, of: principal.account) { writer.respond(json: $0) }
        guard !isRunning else { return }
        guard responses.response(id, of: principal.account) == nil else {
            throw .invalidRequest("The response '\(id)' has ended already and cannot be cancelled.", param: "id")
        }
        throw .responseNotFound(id)
    }
}

extension CollectedAnswer {
    /// The answer as a message of a later request.
    fileprivate var message: JSONValue {
        var message: JSONObject = ["role": "assistant", "content": .string(content)]
        if !reasoning.isEmpty { message["reasoning_content"] = .string(reasoning) }
        let calls = calls.map { call -> JSONValue in
            let function: JSONValue = ["name": .string(call.name), "arguments": .string(call.arguments)]
            return ["id": .string(call.id), "type": "function", "function": function]
        }
        if !calls.isEmpty { message["tool_calls"] = .array(calls) }
        return .object(message)
    }
}
