import DequeModule
import Dispatch
import Engine
import HTTPServer
import HTTPTypes
import Logging
import OpenAIAPI

/// One request that generates, from its hold to its last byte.
///
/// The engine gets the prompts, its events become a response, the meter settles, the response ends. The engine's thread
/// only passes events on; everything here happens on the run's own serial queue, and `GenerationProgress` decides what.
final class GenerationRun: @unchecked Sendable {  // All mutable state is touched on `queue` only.
    private let order: GenerationOrder
    private let requests: [GenerationRequest]
    private let engine: Engine
    private let meter: any RequestMeter
    private let response: any GenerationResponse
    private let recorder: ResponseRecorder
    private let commentInterval: Duration
    private let headers: HTTPFields
    private let live: LiveRequests
    private let log: Logger
    private let queue = DispatchQueue(label: "gateway.generation")
    private var progress: GenerationProgress
    private var engineIDs: [RequestID] = []
    /// What is not told yet, with the completion tokens that the client hears of by it.
    private var untold: Deque<(step: GenerationProgress.Step, tokens: Int)> = []
    private var tokens = 0
    private var isTakenBack = false
    private var isWaiting = false

    /// - Parameters:
    ///   - order: What is to be generated.
    ///   - requests: The same for the engine, one for each of the order's prompts, before the grant.
    ///   - grant: What the meter allows.
    ///   - engine: Who does it.
    ///   - meter: Who pays; it has admitted the order.
    ///   - response: How the client is told.
    ///   - recorder: Through what the response passes.
    ///   - commentInterval: The silence after which a stream gets a comment line.
    ///   - live: Where the client finds the request as long as it runs.
    ///   - log: Where failures of ours are written.
    init(
        _ order: GenerationOrder,
        requests: [GenerationRequest],
        granted grant: Grant,
        on engine: Engine,
        meter: any RequestMeter,
        response: any GenerationResponse,
        recorder: ResponseRecorder,
        commentInterval: Duration,
        listed live: LiveRequests,
        log: Logger
    ) {
        self.order = order
        self.requests = zip(requests, order.prompts).map { request, prompt in
            var request = request
            request.limits = prompt.limits
            if order.options.sampling.seed == nil, let seed = grant.seed { request.sampling.seed = seed }
            return request
        }
        self.engine = engine
        self.meter = meter
        self.response = response
        self.recorder = recorder
        headers = order.headers + grant.headers
        self.commentInterval = commentInterval
        self.live = live
        self.log = log
        progress = GenerationProgress(order)
    }

    /// Begins; if the client leaves, the request is taken back, and while it does not keep up, the request rests.
    func start(leaving writer: ResponseWriter) {
        queue.async { [self] in
            submit()
            writer.onClosed { [self] in cancel() }
            writer.onReaderBehind { [self] isBehind in
                queue.async { [self] in
                    for id in engineIDs { engine.setPaused(isBehind, id) }
                }
            }
        }
    }

    /// Takes the request back, from any thread: what was sampled until then counts.
    func cancel() {
        queue.async { [self] in
            isTakenBack = true
            for id in engineIDs { engine.cancel(id) }
            tell()
        }
    }

    private func submit() {
        for (prompt, request) in requests.enumerated() {
            do throws(EngineRefusal) {
                let id = try engine.submit(request) { [self] event in
                    queue.async { [self] in take(progress.take(event, prompt: prompt)) }
                }
                engineIDs.append(id)
            } catch {
                take(progress.refuse(error, prompt: prompt))
                return
            }
        }
        // Events wait until this is done, so that the request is listed before its client knows the id.
        live.add(order.id, LiveRequests.Entry(engineIDs: engineIDs, order, meter))
    }

    /// The meter hears of tokens at once, the client in the same order as far as the meter allows.
    private func take(_ steps: [GenerationProgress.Step]) {
        for step in steps {
            switch step {
            case .count(let counts, let choice): tokens = meter.note(counts, choice: choice)
            case .cached(let tokens): meter.noteCached(tokens)
            default: break
            }
        }
        for step in steps { untold.append((step, tokens)) }
        tell()
    }

    private func tell() {
        while let next = untold.first {
            if case .part = next.step, !isTakenBack, !mayTell(next.tokens) { return }
            untold.removeFirst()
            carryOut(next.step)
        }
    }

    private func mayTell(_ tokens: Int) -> Bool {
        guard !isWaiting else { return false }
        isWaiting = !meter.mayTell(tokens) { [self] in
            queue.async { [self] in
                isWaiting = false
                tell()
            }
        }
        return !isWaiting
    }

    private func carryOut(_ step: GenerationProgress.Step) {
        switch step {
        case .begin: response.begin(headers: headers, commentInterval: commentInterval)
        case .part(let part, let choice): response.part(part, choice: choice)
        case .cached: break
        case .count(let counts, let choice): response.count(counts, choice: choice)
        case .end(let choice, let ending, let tokens): response.end(choice: choice, ending, tokens)
        case .takeBack: cancel()
        case .finish(let ending): finish(ending)
        }
    }

    private func finish(_ ending: GenerationEnding) {
        live.remove(order.id)
        Task { [self] in
            let reading = await meter.settle(ending)
            queue.async { [self] in
                recorder.finish(fields: reading.headers) {
                    tell(ending, reading.charge)
                } show: { answer in
                    if case .completed = ending { meter.keep(answer) }
                }
            }
        }
    }

    private func tell(_ ending: GenerationEnding, _ charge: Charge) {
        switch ending {
        case .completed(let usage): response.complete(usage.charged(charge))
        case .cancelled(let usage): response.cancel(usage.charged(charge))
        case .failed(.refusal(let refusal), _): response.fail(APIError(refusal))
        case .failed(.engine(let failure), _):
            // The client is told of no inner workings, only that the log has them.
            log.log(level: failure.isOfClient ? .info : .error, "request failed", metadata: ["failure": "\(failure)"])
            response.fail(APIError(failure))
        }
    }
}
