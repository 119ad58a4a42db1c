import Billing
import Engine
import HTTPTypes
import Logging
import OpenAIAPI
import Synchronization

/// Bills one request to the ledger: a hold before it runs, checkpoints on the way, exactly one end.
final class LedgerMeter: RequestMeter {
    private let ledger: Ledger
    private let requestID: String
    private let model: String
    private let idempotency: IdempotencyClaim?
    /// What the engine has counted in all, by itself.
    private let engineTally: @Sendable () -> EngineTally
    private let unsettled: UnsettledCount
    private let log: Logger
    private let state = Mutex(State())

    private struct State {
        var promptTokens = 0
        var cachedTokens = 0
        /// What the thinking bound could be extended to.
        var thinkingBoundMax = 0
        var choices: [TokenCounts] = []
        /// The completion tokens of all choices.
        var total = 0

        /// Everything so far.
        var usage: TokenUsage {
            var usage = TokenUsage(prompt: promptTokens, cachedPrompt: cachedTokens)
            for tokens in choices {
                usage.thinking += tokens.reasoning
                usage.answer += tokens.answer
                usage.forced += tokens.forced
            }
            return usage
        }
    }

    /// - Parameters:
    ///   - ledger: Where it is written.
    ///   - requestID: The request's name in the ledger; no other request has it.
    ///   - model: What its tokens are priced as.
    ///   - idempotency: The claim to be the same request as an earlier one, if the client makes it.
    ///   - engineTally: What the engine has counted so far.
    ///   - unsettled: Counts this request from its hold to its end.
    ///   - log: Where trouble with the ledger is written.
    init(
        _ ledger: Ledger,
        requestID: String,
        model: String,
        idempotency: IdempotencyClaim?,
        engineTally: @escaping @Sendable () -> EngineTally,
        unsettled: UnsettledCount,
        log: Logger
    ) {
        self.ledger = ledger
        self.requestID = requestID
        self.model = model
        self.idempotency = idempotency
        self.engineTally = engineTally
        self.unsettled = unsettled
        self.log = log
    }

    func admit(_ order: GenerationOrder) async throws(APIError) -> Admittance {
        state.withLock {
            $0.promptTokens = order.promptTokens
            $0.thinkingBoundMax = order.thinkingBoundMax
            $0.choices = Array(repeating: TokenCounts(), count: order.choiceCount)
        }
        var request = order.holdRequest(id: requestID, model: model)
        request.idempotency = idempotency
        switch try await hold(request) {
        case .refused(let refusal, let limits): throw APIError(refusal).with(limits.headerFields)
        case .replay(let answer, _): return .replay(answer)
        case .held(let hold):
            unsettled.begin()
            var headers = HTTPFields(hold.rateLimits.headerFields)
            if let credits = hold.credits { headers.append(contentsOf: HTTPFields(credits.headerFields)) }
            return .run(
                Grant(
                    headers: headers,
                    thinkingBound: hold.thinkingBound,
                    isCutByCredits: hold.isCutByCredits,
                    seed: hold.seed
                )
            )
        }
    }

    func extend(by tokens: Int, id: String) async throws(APIError) -> Extension {
        let most = state.withLock { $0.thinkingBoundMax }
        let outcome: ExtensionOutcome
        do throws(LedgerError) {
            outcome = try await ledger.extend(requestID, by: tokens, atMost: most)
        } catch .unknownRequest {
            throw .requestNotFound(id)
        } catch {
            throw APIError(error)
        }
        switch outcome {
        case .refused(let refusal): throw APIError(refusal)
        case .extended(let hold, let isCut):
            return Extension(thinkingBound: hold.terms.thinkingBound, isCutByCredits: isCut)
        }
    }

    private func hold(_ request: HoldRequest) async throws(APIError) -> HoldOutcome {
        var request = request
        do throws(LedgerError) {
            guard request.idempotency?.origin == .laterAttempt else { return try await ledger.hold(request) }
            // The attempt before ends when the server notices that its client has gone, which is about now.
            for _ in 0..<LedgerMeter.attemptPolls {
                let outcome = try await ledger.hold(request)
                guard case .refused(.stillRunning, _) = outcome else { return outcome }
                try? await Task.sleep(for: .milliseconds(100))
            }
            // It was another one, which only looks the same.
            request.idempotency = nil
            return try await ledger.hold(request)
        } catch {
            throw APIError(error)
        }
    }

    /// How often, ten times a second, it is looked whether the attempt before has ended.
    private static let attemptPolls = 20

    func note(_ tokens: TokenCounts, choice: Int) -> Int {
        let (usage, total) = state.withLock { state in
            state.total += tokens.completion - state.choices[choice].completion
            state.choices[choice] = tokens
            return (state.usage, state.total)
        }
        ledger.progress(usage, requestID: requestID)
        return total
    }

    func noteCached(_ tokens: Int) { state.withLock { $0.cachedTokens = tokens } }

    func mayTell(_ tokens: Int, otherwise action: @escaping @Sendable () -> Void) -> Bool {
        ledger.mayTell(tokens, of: requestID, otherwise: action)
    }

    func settle(_ ending: GenerationEnding) async -> MeterReading {
        defer { unsettled.end() }
        switch ending {
        case .completed(let usage): return await capture(usage, isAborted: false)
        case .cancelled(let usage): return await capture(usage, isAborted: true)
        case .failed(.engine(let failure), let usage?) where failure.isOfClient:
            return await capture(usage, isAborted: true)
        case .failed(let fault, let usage):
            await void(because: fault.word, usage)
            return MeterReading()
        }
    }

    /// Gives the hold back: the request is not going to run like this.
    func release() async {
        await void(because: "not_run", nil)
        unsettled.end()
    }

    func keep(_ answer: StoredResponse) {
        if idempotency?.origin == .key { ledger.keep(answer, of: requestID) }
    }

    private func capture(_ usage: Usage, isAborted: Bool) async -> MeterReading {
        let told = TokenUsage(usage)
        // Whoever left in the queue pays for what of the prompt was read.
        if isAborted { state.withLock { $0.promptTokens = min($0.promptTokens, told.prompt) } }
        do throws(LedgerError) {
            let receipt = try await ledger.capture(
                Capture(
                    requestID: requestID,
                    usage: state.withLock { $0.usage.cached(usage.cachedTokens) },
                    engine: told,
                    reported: isAborted ? nil : told,
                    isAborted: isAborted,
                    totals: totals
                )
            )
            return MeterReading(receipt)
        } catch {
            // The hold stays open, so that nothing is lost: the next start bills it at its last checkpoint.
            log.error("a request could not be billed", metadata: ["failure": "\(error)"])
            return MeterReading()
        }
    }

    private func void(because reason: String, _ usage: Usage?) async {
        do throws(LedgerError) {
            try await ledger.void(
                requestID: requestID,
                reason: reason,
                engine: usage.map { TokenUsage($0) },
                totals: totals
            )
        } catch {
            log.error("a request could not be voided", metadata: ["failure": "\(error)"])
        }
    }

    private var totals: EngineTotals { EngineTotals(engineTally(), of: ledger.instance) }
}

extension GenerationEnding.Fault {
    /// For the ledger: why nothing is billed.
    fileprivate var word: String {
        switch self {
        case .refusal: "engine_refused"
        case .engine(.shuttingDown): "shut_down"
        case .engine: "engine_failed"
        }
    }
}
