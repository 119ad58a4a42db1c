import ChatTemplate
import HTTPServer
import HTTPTypes
import OpenAIAPI
import Tokenization

/// `POST /tokenize`, `/detokenize` and `/v1/chat/completions/render`: what the model would see.
extension Gateway {
    var tokenizationRoutes: [Route] {
        [
            work(.post, "/tokenize") { [self] (http, principal) throws(APIError) in try tokenize(http, principal) },
            work(.post, "/detokenize") { [self] (http, _) throws(APIError) in try detokenize(http) },
            work(.post, "/v1/chat/completions/render") { [self] (http, principal) throws(APIError) in
                try render(http, principal)
            },
        ]
    }

    private func tokenize(_ http: ServerRequest, _ principal: Principal) throws(APIError) -> Answer {
        let request = try TokenizeRequest(body: http.body)
        let context = try context(of: http, principal, model: request.model)
        let tokens: [Int32]
        var headers = HTTPFields.reporting(ignored: request.ignoredFields)
        switch request {
        case .text(let text):
            tokens = model.tokenizer.encode(
                text.prompt,
                recognisesSpecialTokens: text.parsesSpecialTokens,
                addsSpecialTokens: text.addsSpecialTokens
            )
        case .conversation(let render):
            let prompt = try preparation.prepare(render.chat, PromptShape(render), context)
            tokens = prompt.tokens
            headers = .reporting(ignored: request.ignoredFields, prompt.bound)
        }
        return Answer(body: TokenizationResult.tokens(tokens, maxModelLength: model.maxModelLength), headers: headers)
    }

    private func detokenize(_ http: ServerRequest) throws(APIError) -> Answer {
        let request = try DetokenizeRequest(body: http.body, vocabularySize: model.tokenizer.vocabularySize)
        try requireServed(request.model)
        return Answer(
            body: TokenizationResult.text(model.tokenizer.decode(request.tokens.map(Int32.init))),
            headers: .reporting(ignored: request.ignoredFields)
        )
    }

    private func render(_ http: ServerRequest, _ principal: Principal) throws(APIError) -> Answer {
        let request = try RenderRequest(body: http.body, maxChoices: settings.maxChoices)
        let context = try context(of: http, principal, model: request.chat.model)
        let prompt = try preparation.prepare(request.chat, PromptShape(request), context)
        return Answer(
            body: TokenizationResult.rendering(prompt: prompt.rendered.text, tokens: prompt.tokens),
            headers: .reporting(ignored: request.chat.ignoredFields, prompt.bound)
        )
    }

    /// A body that is sent at once.
    private struct Answer {
        var body: [UInt8]
        var headers: HTTPFields
    }

    /// A route whose answer is computed on the workers, away from the event loops.
    private func work(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ compute: @escaping @Sendable (ServerRequest, Principal) throws(APIError) -> Answer
    ) -> Route {
        authenticated(method, path) { (request, principal, writer) throws(APIError) in
            let answer = try compute(request, principal)
            writer.respond(json: answer.body, headers: answer.headers)
        }
    }
}
