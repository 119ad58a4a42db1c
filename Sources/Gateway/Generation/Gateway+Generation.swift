import Billing
import ChatTemplate
import Dispatch
import Engine
import HTTPServer
import HTTPTypes
import Logging
import OpenAIAPI
import Tokenization

/// The way of every request that generates: who asks, what for, and then `GenerationRun`.
extension Gateway {
    /// What an endpoint makes of a request: the order, and how its answer is told.
    ///
    /// `@unchecked Sendable`: the response is handed on to the run, and used by nobody else.
    struct GenerationWork: @unchecked Sendable {
        var order: GenerationOrder
        var response: any GenerationResponse
        /// Gets the run before it starts, to take it back later.
        var starting: (GenerationRun) -> Void = { _ in }
    }

    /// Checks a request, renders its prompts and chooses its response; called again if credits have run out meanwhile.
    typealias GenerationReader =
        @Sendable (ServerRequest, Principal, ResponseWriter) throws(APIError) -> GenerationWork

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
        _ read: @escaping GenerationReader
    ) -> Route {
        Route(.post, path) { [self] request, writer in
            Task { [self] in
                do throws(APIError) {
                    try await answer(request, writer, read)
                } catch {
                    writer.respond(error, as: shape)
                }
            }
        }
    }

    private func answer(
        _ http: ServerRequest,
        _ writer: ResponseWriter,
        _ read: @escaping GenerationReader
    ) async throws(APIError) {
        var principal = try await access.principal(of: http)
        var log = log
        log[metadataKey: "request_id"] = "\(http.requestID)"
        // The digest of a large body takes time.
        let claim = try await onWorkers { [self, principal] () throws(APIError) in
            try idempotencyClaim(http, principal)
        }
        while true {
            let keptBytesMax = claim?.origin == .key ? ledger.settings.responseBytesMax : 0
            let recorder = ResponseRecorder(writer, bytesMax: keptBytesMax)
            let work = try await onWorkers { [principal] () throws(APIError) in
                try read(http, principal, recorder.makeWriter())
            }
            let meter = LedgerMeter(
                ledger,
                requestID: work.order.id,
                model: model.name,
                idempotency: claim,
                engineTally: { [engine] in engine.endedTally },
                unsettled: unsettled,
                log: log
            )
            // Whatever is wrong with a request is found before anything is held for it.
            let patience = try ClientPatience(http.headerFields, isStreaming: work.order.options.isStreaming)
            let prepared = try await onWorkers { [self] () throws(APIError) -> [GenerationRequest] in
                try requests(work.order, patience)
            }
            switch try await meter.admit(work.order) {
            case .replay(let answer):
                writer.replay(answer)
                return
            case .run(let grant) where grant.thinkingBound == 0 && work.order.thinkingBound > 0:
                // Nothing is left for thinking since the prompt was rendered: it is rendered again, without a thought.
                await meter.release()
                principal.thinkingCredits = 0
            case .run(let grant):
                let interval = patience.commentInterval(atMost: settings.commentInterval)
                let run = GenerationRun(
                    work.order.bounded(by: grant),
                    requests: prepared,
                    granted: grant,
                    on: engine,
                    meter: meter,
                    response: work.response,
                    recorder: recorder,
                    commentInterval: interval,
                    listed: liveRequests,
                    log: log
                )
                work.starting(run)
                run.start(leaving: writer)
                return
            }
        }
    }

    /// What the client says of earlier attempts: the same key and body at the same endpoint are the same request.
    ///
    /// The libraries of OpenAI and Anthropic try again without a key, but they count: another attempt with the body of an
    /// earlier request is that request, of which the client has not heard the end.
    private func idempotencyClaim(
        _ http: ServerRequest,
        _ principal: Principal
    ) throws(APIError) -> IdempotencyClaim? {
        func body() -> [UInt8] { Array(http.route.utf8) + [0] + http.body }
        let seed = UInt64.random(in: 0 ... .max)
        if let key = try http.idempotencyKey() { return IdempotencyClaim(key: key, body: body(), seed: seed) }
        guard let name = HTTPField.Name("x-stainless-retry-count"),
            let attempt = http.headerFields[name].flatMap({ Int($0) }), attempt >= 0
        else { return nil }
        return IdempotencyClaim(attempt: attempt, of: principal.key, body: body(), seed: seed)
    }

    /// Does work that takes time, away from event loops and the pool of tasks.
    func onWorkers<Value: Sendable>(
        _ work: @escaping @Sendable () throws(APIError) -> Value
    ) async throws(APIError) -> Value {
        let result: Result<Value, APIError> = await withCheckedContinuation { continuation in
            workers.async { continuation.resume(returning: Result { () throws(APIError) in try work() }) }
        }
        return try result.get()
    }

    private func requests(
        _ order: GenerationOrder,
        _ patience: ClientPatience
    ) throws(APIError) -> [GenerationRequest] {
        let rules = GenerationRules(settings: settings, vocabularySize: model.tokenizer.vocabularySize)
        let sampling = try rules.sampling(order.options.sampling)
        let ending = try rules.ending(order.options)
        let reports = rules.reports(order.options.reports)
        if order.constraint != nil { try rules.checkConstrained(order.options) }
        return order.prompts.enumerated().map { index, prompt in
            var request = GenerationRequest(
                prompt: prompt.tokens,
                startsThinking: prompt.rendered.startsInsideThinking,
                limits: prompt.limits,
                sampling: sampling,
                choiceCount: order.options.choiceCount,
                share: ShareKey(
                    account: order.principal.account,
                    tier: ServiceTier(named: order.options.serviceTier)
                ),
                snapshotPoints: prompt.messageEnds,
                isCounted: index == 0,
                patience: patience.total
            )
            request.promptTail = prompt.tail
            request.cachePartition = order.options.cachePartition
            request.ending = ending
            request.reports = reports
            request.constraint = order.constraint
            return request
        }
    }
}

extension GenerationOrder {
    /// The order with the thinking bound that was granted.
    fileprivate func bounded(by grant: Grant) -> GenerationOrder {
        var copy = self
        for index in copy.prompts.indices { copy.prompts[index].bound(by: grant) }
        return copy
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
