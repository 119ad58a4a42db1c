import ChatTemplate
import HTTPServer
import HTTPTypes
import OpenAIAPI
import Tokenization

/// `POST /tokenize`, `/detokenize` and `/v1/chat/completions/render`: what the model would see.
extension Gateway {
    var tokenizationRoutes: [Route] {
        [
            computed(.post, "/tokenize") { [self] (body) throws(APIError) in try tokenize(body) },
            computed(.post, "/detokenize") { [self] (body) throws(APIError) in try detokenize(body) },
            computed(.post, "/v1/chat/completions/render") { [self] (body) throws(APIError) in try render(body) },
        ]
    }

    private func tokenize(_ body: [UInt8]) throws(APIError) -> ComputedAnswer {
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
            case .conversation(let chat): try preparation.prepare(chat).tokens
            }
        return ComputedAnswer(
            body: TokenizationResult.tokens(tokens, maxModelLength: model.maxModelLength),
            ignoredFields: request.ignoredFields
        )
    }

    private func detokenize(_ body: [UInt8]) throws(APIError) -> ComputedAnswer {
        let request = try DetokenizeRequest(body: body, vocabularySize: model.tokenizer.vocabularySize)
        try requireServed(request.model)
        return ComputedAnswer(
            body: TokenizationResult.text(model.tokenizer.decode(request.tokens.map(Int32.init))),
            ignoredFields: request.ignoredFields
        )
    }

    private func render(_ body: [UInt8]) throws(APIError) -> ComputedAnswer {
        let request = try ChatCompletionRequest(body: body, maxChoices: settings.maxChoices)
        try requireServed(request.model)
        let prompt = try preparation.prepare(request)
        return ComputedAnswer(
            body: TokenizationResult.rendering(prompt: prompt.rendered.text, tokens: prompt.tokens),
            ignoredFields: request.ignoredFields
        )
    }
}
