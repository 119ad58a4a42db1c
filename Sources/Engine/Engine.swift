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
        /// The longest sequence that fits the KV blocks, in tokens.
        package var capacityTokens: Int

        package init(maxSequencesInAll: Int, capacityTokens: Int) {
            self.maxSequencesInAll = maxSequencesInAll
            self.capacityTokens = capacityTokens
        }
    }

    private enum Command {
        case submit(RequestID, GenerationRequest, @Sendable (GenerationEvent) -> Void)
        case cancel(RequestID)
    }

    private struct State {
        var inbox: [Command] = []
        var nextRequest: UInt64 = 1
        var openSequences = 0
        var openRequests = 0
        var isDraining = false
        var mustStop = false
        var hasStopped = false
    }

    private let limits: Limits
    private let state = Mutex(State())
    /// Signalled whenever the inbox or the wish to stop changes.
    private let wake = DispatchSemaphore(value: 0)
    private let stopped = DispatchSemaphore(value: 0)

    /// Starts the engine's thread; `makeCore` builds the core there, where it stays.
    ///
    /// - Throws: What `makeCore` throws.
    package init<Vocabulary: TokenVocabulary>(
        limits: Limits,
        makeCore: @escaping @Sendable () throws -> EngineCore<Vocabulary>
    ) throws {
        self.limits = limits
        let failure = Mutex<(any Error)?>(nil)
        let isReady = DispatchSemaphore(value: 0)
        let thread = Thread { [self] in
            do {
                let core = try makeCore()
                isReady.signal()
                run(core)
            } catch {
                failure.withLock { $0 = error }
                isReady.signal()
            }
        }
        thread.name = "engine"
        thread.stackSize = 8 << 20
        thread.start()
        isReady.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// How many requests have not ended.
    package var openRequestCount: Int { state.withLock { $0.openRequests } }

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
        let result: Result<RequestID, EngineRefusal> = state.withLock { state in
            guard !state.isDraining else { return .failure(.draining) }
            guard state.openSequences + choices <= limits.maxSequencesInAll else {
                return .failure(.queueFull(limit: limits.maxSequencesInAll))
            }
            let id = RequestID(state.nextRequest)
            state.nextRequest += 1
            state.openSequences += choices
            state.openRequests += 1
            state.inbox.append(.submit(id, request) { [self] event in forward(event, choices: choices, to: sink) })
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

    /// Refuses new requests from now on; running ones go on.
    package func drain() { state.withLock { $0.isDraining = true } }

    /// Ends what still runs with `.shuttingDown` and joins the thread.
    package func stop() {
        let first = state.withLock { state in
            defer { state.mustStop = true }
            state.isDraining = true
            return !state.mustStop
        }
        guard first else { return }
        wake.signal()
        stopped.wait()
    }

    private func forward(
        _ event: GenerationEvent,
        choices: Int,
        to sink: @Sendable (GenerationEvent) -> Void
    ) {
        switch event {
        case .completed, .cancelled, .failed:
            state.withLock {
                $0.openSequences -= choices
                $0.openRequests -= 1
            }
        case .text, .choiceEnded: break
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
                }
            }
            if mustStop { break }
            if core.hasWork { core.step() } else { wake.wait() }
        }
        core.failAll(.shuttingDown)
        stopped.signal()
    }
}
