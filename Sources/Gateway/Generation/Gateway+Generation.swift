import ChatTemplate
import Dispatch
import Engine
import HTTPServer
import HTTPTypes
import Logging
import OpenAIAPI

/// The way of every request that generates: who asks, what for, and then `GenerationRun`.
extension Gateway {
    /// What an endpoint makes of a request: the order, and how its answer is told.
    struct GenerationWork {
        var order: GenerationOrder
        var response: any GenerationResponse
        /// Gets the run before it starts, to take it back later.
        var starting: (GenerationRun) -> Void = { _ in }
    }

    /// A route whose requests generate.
    ///
    /// - Parameters:
    ///   - path: Where.
    ///   - shape: The form of errors before the response has begun.
    ///   - read: Checks a body, renders its prompts and chooses the response.
    /// - Returns: The route.
    func generation(
        _ path: String,
        errors shape: ErrorShape = .openAI,
        _ read: @escaping @Sendable (ServerRequest, Principal, ResponseWriter) throws(APIError) -> GenerationWork
    ) -> Route {
        Route(.post, path) { [self] request, writer in
            workers.async { [self] in
                do throws(APIError) {
                    let principal = try principal(of: request)
                    try start(try read(request, principal, writer), request, writer)
                } catch {
                    writer.respond(error, as: shape)
                }
            }
        }
    }

    /// Who asks.
    ///
    /// - Throws: 401 if it is nobody that may.
    func principal(of request: ServerRequest) throws(APIError) -> Principal { .local }

    private func start(_ work: GenerationWork, _ http: ServerRequest, _ writer: ResponseWriter) throws(APIError) {
        let order = work.order
        let patience = try ClientPatience(http.headerFields, isStreaming: order.options.isStreaming)
        var log = log
        log[metadataKey: "request_id"] = "\(http.requestID)"
        let run = GenerationRun(
            order,
            requests: requests(order, patience),
            on: engine,
            meter: FreeMeter(),
            response: work.response,
            commentInterval: patience.commentInterval(atMost: settings.commentInterval),
            log: log
        )
        work.starting(run)
        run.start(leaving: writer)
    }

    private func requests(_ order: GenerationOrder, _ patience: ClientPatience) -> [GenerationRequest] {
        let sampling = sampling(order.options.sampling)
        return order.prompts.map { prompt in
            GenerationRequest(
                prompt: prompt.tokens,
                startsThinking: prompt.rendered.startsInsideThinking,
                limits: prompt.limits,
                sampling: sampling,
                stops: order.options.stop,
                choiceCount: order.options.choiceCount,
                share: ShareKey(
                    account: order.principal.account,
                    tier: ServiceTier(named: order.options.serviceTier)
                ),
                snapshotPoints: prompt.messageEnds,
                patience: patience.total
            )
        }
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
