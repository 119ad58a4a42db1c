import Foundation
import Synchronization

/// The engine thread: takes requests from any thread, computes steps, posts events.
///
/// Everything that touches the model happens on one thread. It never waits for a client: sinks are called on it and
/// must return at once.
package final class Engine: Sendable {
    /// Bounds that are checked before a request is queued.
    package struct Limits: Sendable {
        /// Choices that may be in the engine at once, running or waiting.
        package var maxSequencesInAll: Int
        /// Prompt tokens that may be in the engine at once; a request that is alone is not counted.
        package var maxPromptTokensInAll: Int
        /// The longest sequence that fits the KV blocks, in tokens.
        package var capacityTokens: Int

        package init(maxSequencesInAll: Int, maxPromptTokensInAll: Int = .max, capacityTokens: Int) {
            self.maxSequencesInAll = maxSequencesInAll
            self.maxPromptTokensInAll = maxPromptTokensInAll
            self.capacityTokens = capacityTokens
        }
    }

    private enum Command {
        case submit(RequestID, GenerationRequest, @Sendable (GenerationEvent) -> Void)
        case cancel(RequestID)
        case setPaused(Bool, RequestID)
        case control(RequestID, ThinkingControl, @Sendable ([ControlledChoice]?) -> Void)
        case lookUp(GenerationRequest, @Sendable (Int) -> Void)
    }

    private struct State {
        var inbox: [Command] = []
        var nextRequest: UInt64 = 1
        var openSequences = 0
        var openPromptTokens = 0
        var openRequests = 0
        var isDraining = false
        var mustStop = false
        var hasStopped = false
        var statistics = EngineStatistics()
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    /// How often deadlines are looked at while every request rests.
    private static let restInterval = DispatchTimeInterval.milliseconds(10)

    private let limits: Limits
    private let ended: EndedTally
    private let state = Mutex(State())
    /// Signalled whenever the inbox or the wish to stop changes.
    private let wake = DispatchSemaphore(value: 0)

    /// Builds the core and starts the thread that it belongs to from then on.
    ///
    /// - Throws: What `makeCore` throws.
    package init<Vocabulary: TokenVocabulary>(
        limits: Limits,
        makeCore: () throws -> EngineCore<Vocabulary>
    ) rethrows {
        self.limits = limits
        // Handed over before the thread starts, and not touched here again.
        nonisolated(unsafe) let core = try makeCore()
        ended = core.ended
        let thread = Thread { [self] in run(core) }
        thread.name = "engine"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// How many requests have not ended.
    package var openRequestCount: Int { state.withLock { $0.openRequests } }

    /// What the engine has counted for the requests that have ended.
    package var endedTally: EngineTally { ended.value }

    /// What the engine holds and has done, as of its last step.
    package var statistics: EngineStatistics { state.withLock { $0.statistics } }

    /// Queues a request and returns the name by which it can be cancelled.
    ///
    /// The sink is called on the engine's thread for each event and must not block.
    ///
    /// - Throws: `EngineRefusal` if the request cannot be taken; then no event follows.
    package func submit(
        _ request: GenerationRequest,
        sink: @escaping @Sendable (GenerationEvent) -> Void
    ) throws(EngineRefusal) -> RequestID {
        let needed = request.prompt.count + request.limits.completionLimit
        guard needed <= limits.capacityTokens else {
            throw .doesNotFit(neededTokens: needed, availableTokens: limits.capacityTokens)
        }
        let choices = request.choiceCount
        let promptTokens = request.prompt.count * choices
        let result: Result<RequestID, EngineRefusal> = state.withLock { state in
            guard !state.isDraining else { return .failure(.draining) }
            guard state.openSequences + choices <= limits.maxSequencesInAll else {
                return .failure(.queueFull(limit: limits.maxSequencesInAll))
            }
            let isAlone = state.openRequests == 0
            guard isAlone || promptTokens <= limits.maxPromptTokensInAll - state.openPromptTokens else {
                return .failure(.queueFullOfTokens(limit: limits.maxPromptTokensInAll))
            }
            let id = RequestID(state.nextRequest)
            state.nextRequest += 1
            state.openSequences += choices
            state.openPromptTokens += promptTokens
            state.openRequests += 1
            state.inbox.append(
                .submit(id, request) { [self] event in
                    forward(event, choices: choices, promptTokens: promptTokens, to: sink)
                }
            )
            return .success(id)
        }
        wake.signal()
        return try result.get()
    }

    /// Stops a request before the next step; ids that have ended are ignored.
    package func cancel(_ id: RequestID) {
        state.withLock { $0.inbox.append(.cancel(id)) }
        wake.signal()
    }

    /// Lets a request rest, because its reader does not keep up, or go on; ids that have ended are ignored.
    ///
    /// Its answer stays the same. Others do not wait for it: what it holds is theirs if they need it.
    package func setPaused(_ isPaused: Bool, _ id: RequestID) {
        state.withLock { $0.inbox.append(.setPaused(isPaused, id)) }
        wake.signal()
    }

    /// Carries out a client's wish before the next step.
    ///
    /// `reply` is called on the engine's thread, with `nil` if the request has ended; it must not block.
    package func control(
        _ id: RequestID,
        _ wish: ThinkingControl,
        reply: @escaping @Sendable ([ControlledChoice]?) -> Void
    ) {
        let hasStopped = state.withLock { state in
            if !state.hasStopped { state.inbox.append(.control(id, wish, reply)) }
            return state.hasStopped
        }
        if hasStopped { reply(nil) } else { wake.signal() }
    }

    /// Finds out how many tokens of a request's prompt would not be computed if it came now.
    ///
    /// `reply` is called on the engine's thread and must not block; with 0 if the engine has stopped.
    package func cachedTokens(of request: GenerationRequest, reply: @escaping @Sendable (Int) -> Void) {
        let hasStopped = state.withLock { state in
            if !state.hasStopped { state.inbox.append(.lookUp(request, reply)) }
            return state.hasStopped
        }
        if hasStopped { reply(0) } else { wake.signal() }
    }

    /// Refuses new requests from now on; running ones go on.
    package func drain() { state.withLock { $0.isDraining = true } }

    /// Ends what still runs with `.shuttingDown`, and returns when the thread has ended.
    package func stop() async {
        await withCheckedContinuation { continuation in
            let hasStopped = state.withLock { state in
                state.isDraining = true
                state.mustStop = true
                if !state.hasStopped { state.stopWaiters.append(continuation) }
                return state.hasStopped
            }
            if hasStopped { continuation.resume() } else { wake.signal() }
        }
    }

    private func forward(
        _ event: GenerationEvent,
        choices: Int,
        promptTokens: Int,
        to sink: @Sendable (GenerationEvent) -> Void
    ) {
        switch event {
        case .completed, .cancelled, .failed:
            state.withLock {
                $0.openSequences -= choices
                $0.openPromptTokens -= promptTokens
                $0.openRequests -= 1
            }
        case .accepted, .progressed, .choiceEnded: break
        }
        sink(event)
    }

    private func run<Vocabulary: TokenVocabulary>(_ core: EngineCore<Vocabulary>) {
        while true {
            let (commands, mustStop) = state.withLock { state in
                defer { state.inbox = [] }
                return (state.inbox, state.mustStop)
            }
            for command in commands {
                switch command {
                case .submit(let id, let request, let sink): core.submit(id, request, sink: sink)
                case .cancel(let id): core.cancel(id)
                case .setPaused(let isPaused, let id): core.setPaused(isPaused, id)
                case .control(let id, let wish, let reply): reply(core.control(id, wish))
                case .lookUp(let request, let reply): reply(core.cachedTokens(of: request))
                }
            }
            if mustStop { break }
            if !core.hasWork {
                wake.wait()
            } else if !core.step() {
                // Everything rests until a client has caught up or its time is over.
                _ = wake.wait(timeout: .now() + Engine.restInterval)
            }
            let statistics = core.statistics
            state.withLock { $0.statistics = statistics }
        }
        core.failAll(.shuttingDown)
        let (waiters, rest) = state.withLock { state in
            state.hasStopped = true
            defer { (state.stopWaiters, state.inbox) = ([], []) }
            return (state.stopWaiters, state.inbox)
        }
        for command in rest {
            switch command {
            case .control(_, _, let reply): reply(nil)
            case .lookUp(_, let reply): reply(0)
            case .submit, .cancel, .setPaused: break
            }
        }
        for waiter in waiters { waiter.resume() }
    }
}
