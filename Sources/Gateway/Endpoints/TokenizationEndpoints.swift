import ChatTemplate
import HTTPServer
import HTTPTypes
import OpenAIAPI
import Tokenization

/// `POST /tokenize`, `/detokenize` and `/v1/chat/completions/render`: what the model would see.
extension Gateway {
    var tokenizationRoutes: [Route] {
        [
            computed(.post, "/tokenize") { [self] (http, principal) throws(APIError) in
                try tokenize(http, principal)
            },
            computed(.post, "/detokenize") { [self] (http, _) throws(APIError) in try detokenize(http) },
            computed(.post, "/v1/chat/completions/render") { [self] (http, principal) throws(APIError) in
                try render(http, principal)
            },
        ]
    }

    private func tokenize(_ http: ServerRequest, _ principal: Principal) throws(APIError) -> ComputedAnswer {
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
        case .conversation(let chat):
            let prompt = try preparation.prepare(chat, context)
            tokens = prompt.tokens
            headers = .reporting(ignored: request.ignoredFields, prompt.bound)
        }
        return ComputedAnswer(
            body: TokenizationResult.tokens(tokens, maxModelLength: model.maxModelLength),
            headers: headers
        )
    }

    private func detokenize(_ http: ServerRequest) throws(APIError) -> ComputedAnswer {
        let request = try DetokenizeRequest(body: http.body, vocabularySize: model.tokenizer.vocabularySize)
        try requireServed(request.model)
        return ComputedAnswer(
            body: TokenizationResult.text(model.tokenizer.decode(request.tokens.map(Int32.init))),
            headers: .reporting(ignored: request.ignoredFields)
        )
    }

    private func render(_ http: ServerRequest, _ principal: Principal) throws(APIError) -> ComputedAnswer {
        let request = try ChatCompletionRequest(body: http.body, maxChoices: settings.maxChoices)
        let prompt = try preparation.prepare(request, try context(of: http, principal, model: request.model))
        return ComputedAnswer(
            body: TokenizationResult.rendering(prompt: prompt.rendered.text, tokens: prompt.tokens),
            headers: .reporting(ignored: request.ignoredFields, prompt.bound)
        )
    }
}
