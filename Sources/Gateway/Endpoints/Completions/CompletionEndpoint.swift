import ChatTemplate
import Foundation
import HTTPServer
import HTTPTypes
import OpenAIAPI
import Tokenization

/// `POST /v1/completions`: prompts as they are, without a template.
extension Gateway {
    var completionRoutes: [Route] {
        [
            generation("/v1/completions") { [self] (http, principal, writer) throws(APIError) in
                let request = try CompletionRequest(
                    body: http.body,
                    vocabularySize: model.tokenizer.vocabularySize,
                    maxChoices: settings.maxChoices
                )
                let context = try context(of: http, principal, model: request.model)
                let prompts = try request.prompts.map { (prompt) throws(APIError) in
                    try preparation.prepare(prompt, request, context)
                }
                let order = GenerationOrder(
                    id: CompletionIdentity.newID("cmpl-"),
                    principal: principal,
                    prompts: prompts,
                    options: request.options,
                    headers: .reporting(ignored: request.ignoredFields, prompts[0].bound),
                    constraint: try constraints.constraint(request.options.form)
                )
                let identity = CompletionIdentity(
                    id: order.id,
                    created: Int(Date().timeIntervalSince1970),
                    model: context.modelName,
                    systemFingerprint: model.fingerprint,
                    serviceTier: request.options.serviceTier
                )
                let echoes = request.echoesPrompt ? prompts.map(\.rendered.text) : []
                let texts = CompletionTexts(choiceCount: request.options.choiceCount, echoes: echoes)
                let encoder = TextCompletion(identity: identity)
                let response: any GenerationResponse =
                    request.options.isStreaming
                    ? CompletionStreamResponse(writer, encoder, texts, order)
                    : CompletionBodyResponse(writer, encoder, texts, order)
                return GenerationWork(order: order, response: response)
            }
        ]
    }
}
