import Dispatch
import Engine
import HTTPServer
import HTTPTypes
import Logging
import OpenAIAPI

/// One request that generates, from its admission to its last byte.
///
/// The meter is asked, the engine gets the prompts, its events become a response, the meter settles, the response ends.
/// The engine's thread only passes events on; everything here happens on the run's own serial queue, and
/// `GenerationProgress` decides what.
final class GenerationRun: @unchecked Sendable {  // All mutable state is touched on `queue` only.
    private let order: GenerationOrder
    private let requests: [GenerationRequest]
    private let engine: Engine
    private let meter: any RequestMeter
    private let response: any GenerationResponse
    private let commentInterval: Duration
    private let live: LiveRequests
    private let log: Logger
    private let queue = DispatchQueue(label: "gateway.generation")
    private var progress: GenerationProgress
    private var engineIDs: [RequestID] = []
    private var headers: HTTPFields

    /// - Parameters:
    ///   - order: What is to be generated.
    ///   - requests: The same for the engine, one for each of the order's prompts.
    ///   - engine: Who does it.
    ///   - meter: Who pays.
    ///   - response: How the client is told.
    ///   - commentInterval: The silence after which a stream gets a comment line.
    ///   - live: Where the client finds the request as long as it runs.
    ///   - log: Where failures of ours are written.
    init(
        _ order: GenerationOrder,
        requests: [GenerationRequest],
        on engine: Engine,
        meter: any RequestMeter,
        response: any GenerationResponse,
        commentInterval: Duration,
        listed live: LiveRequests,
        log: Logger
    ) {
        self.order = order
        self.requests = requests
        self.engine = engine
        self.meter = meter
        self.response = response
        self.commentInterval = commentInterval
        self.live = live
        self.log = log
        headers = order.headers
        progress = GenerationProgress(order)
    }

    /// Begins; if the client leaves, the request is taken back.
    func start(leaving writer: ResponseWriter) {
        Task { [self] in
            do throws(APIError) {
                let fields = try await meter.admit(order)
                queue.async { [self] in
                    headers.append(contentsOf: fields)
                    submit()
                    writer.onClosed { [self] in cancel() }
                }
            } catch {
                queue.async { [self] in response.fail(error) }
            }
        }
    }

    /// Takes the request back, from any thread: what was sampled until then counts.
    func cancel() {
        queue.async { [self] in
            for id in engineIDs { engine.cancel(id) }
        }
    }

    private func submit() {
        for (prompt, request) in requests.enumerated() {
            do throws(EngineRefusal) {
                let id = try engine.submit(request) { [self] event in
                    queue.async { [self] in carryOut(progress.take(event, prompt: prompt)) }
                }
                engineIDs.append(id)
            } catch {
                carryOut(progress.refuse(error, prompt: prompt))
                return
            }
        }
        // Events wait until this is done, so that the request is listed before its client knows the id.
        if let id = order.id {
            live.add(id, LiveRequests.Entry(engineIDs: engineIDs, order))
        }
    }

    private func carryOut(_ steps: [GenerationProgress.Step]) {
        for step in steps {
            switch step {
            case .begin: response.begin(headers: headers, commentInterval: commentInterval)
            case .part(let part, let choice): response.part(part, choice: choice)
            case .count(let tokens, let choice): meter.note(tokens, choice: choice)
            case .end(let choice, let reason, let tokens): response.end(choice: choice, reason, tokens)
            case .takeBack: cancel()
            case .finish(let ending): finish(ending)
            }
        }
    }

    private func finish(_ ending: GenerationEnding) {
        if let id = order.id { live.remove(id) }
        Task { [self] in
            let charge = await meter.settle(ending)
            queue.async { [self] in tell(ending, charge) }
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
