import ChatTemplate
import Dispatch
import HTTPServer
import HTTPTypes
import OpenAIAPI
import Tokenization

/// `POST /tokenize`, `/detokenize` and `/v1/chat/completions/render`: what the model would see.
extension Gateway {
    var tokenizationRoutes: [Route] {
        [
            work(.post, "/tokenize") { [self] (body) throws(APIError) in try tokenize(body) },
            work(.post, "/detokenize") { [self] (body) throws(APIError) in try detokenize(body) },
            work(.post, "/v1/chat/completions/render") { [self] (body) throws(APIError) in try render(body) },
        ]
    }

    private func tokenize(_ body: [UInt8]) throws(APIError) -> Answer {
        let request = try TokenizeRequest(body: body)
        try requireServed(request.model)
        let tokens =
            switch request {
            case .text(let text):
                model.tokenizer.encode(
                    text.prompt,
                    recognisesSpecialTokens: text.parsesSpecialTokens,
                    addsSpecialTokens: text.addsSpecialTokens
                )
            case .conversation(let render): try preparation.prepare(render.chat, PromptShape(render)).tokens
            }
        return Answer(
            body: TokenizationResult.tokens(tokens, maxModelLength: model.maxModelLength),
            ignoredFields: request.ignoredFields
        )
    }

    private func detokenize(_ body: [UInt8]) throws(APIError) -> Answer {
        let request = try DetokenizeRequest(body: body, vocabularySize: model.tokenizer.vocabularySize)
        try requireServed(request.model)
        return Answer(
            body: TokenizationResult.text(model.tokenizer.decode(request.tokens.map(Int32.init))),
            ignoredFields: request.ignoredFields
        )
    }

    private func render(_ body: [UInt8]) throws(APIError) -> Answer {
        let request = try RenderRequest(body: body, maxChoices: settings.maxChoices)
        try requireServed(request.chat.model)
        let prompt = try preparation.prepare(request.chat, PromptShape(request))
        return Answer(
            body: TokenizationResult.rendering(prompt: prompt.rendered.text, tokens: prompt.tokens),
            ignoredFields: request.chat.ignoredFields
        )
    }

    /// A body that is sent at once, and the fields of the request that had no effect.
    private struct Answer {
        var body: [UInt8]
        var ignoredFields: [String]
    }

    /// A route whose answer is computed on the workers, away from the event loops.
    private func work(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ compute: @escaping @Sendable ([UInt8]) throws(APIError) -> Answer
    ) -> Route {
        Route(method, path) { [self] request, writer in
            workers.async {
                do throws(APIError) {
                    let answer = try compute(request.body)
                    writer.respond(json: answer.body, headers: .reporting(ignored: answer.ignoredFields))
                } catch {
                    writer.respond(error)
                }
            }
        }
    }
}
