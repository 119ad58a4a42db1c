import ChatTemplate
import Engine
import Foundation
import HTTPServer
import HTTPTypes
import OpenAIAPI

/// `POST /v1/chat/completions`, from the body to the engine; `ChatRun` has the way back.
extension Gateway {
    var chatCompletionRoutes: [Route] {
        [
            Route(.post, "/v1/chat/completions") { [self] request, writer in
                workers.async { [self] in
                    do throws(APIError) {
                        try startChat(request, writer)
                    } catch {
                        writer.respond(error)
                    }
                }
            }
        ]
    }

    private func startChat(_ http: ServerRequest, _ writer: ResponseWriter) throws(APIError) {
        let request = try ChatCompletionRequest(body: http.body, maxChoices: settings.maxChoices)
        try requireServed(request.model)
        let patience = try ClientPatience(http.headerFields, isStreaming: request.isStreaming)
        let prompt = try preparation.prepare(request)
        let generation = GenerationRequest(
            prompt: prompt.tokens,
            startsThinking: prompt.rendered.startsInsideThinking,
            limits: prompt.limits,
            sampling: sampling(request.sampling),
            stops: request.stop,
            choiceCount: request.choiceCount,
            share: ShareKey(account: Gateway.localAccount, tier: ServiceTier(named: request.serviceTier)),
            snapshotPoints: prompt.messageEnds,
            patience: patience.total
        )
        let run = ChatRun(
            ChatRun.Description(
                requestID: http.requestID,
                identity: CompletionIdentity(
                    id: "chatcmpl-" + UUID().uuidString.lowercased().replacing("-", with: ""),
                    created: Int(Date().timeIntervalSince1970),
                    model: model.name,
                    serviceTier: request.serviceTier
                ),
                promptTokens: prompt.tokens.count,
                bound: prompt.bound,
                lacksRoomToThink: prompt.lacksRoom,
                choiceCount: request.choiceCount,
                headers: .reporting(ignored: request.ignoredFields)
            ),
            response: request.isStreaming
                ? ChatStreamResponse(
                    writer,
                    includesUsage: request.includesUsage,
                    interval: patience.commentInterval(atMost: settings.commentInterval)
                )
                : ChatBodyResponse(writer),
            log: log
        )
        run.start(generation, on: engine, leaving: writer)
    }

    /// Without a seed of its own a request draws one; it is not reported, since it could not be given back exactly.
    private func sampling(_ options: SamplingOptions) -> SamplingParameters {
        SamplingParameters(
            temperature: options.temperature ?? settings.temperature,
            topP: options.topP ?? settings.topP,
            topK: options.topK ?? 0,
            seed: options.seed.map { UInt64(bitPattern: $0) } ?? UInt64.random(in: 0 ... .max)
        )
    }
}

extension ServiceTier {
    fileprivate init(named name: String) {
        switch name {
        case "flex": self = .flex
        case "priority": self = .priority
        default: self = .standard
        }
    }
}
