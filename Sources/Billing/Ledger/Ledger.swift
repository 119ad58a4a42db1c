import Dispatch
import Synchronization

/// The ledger of one server: holds, checkpoints, and exactly one end for each request, durable when a call returns.
///
/// Operations that come while a transaction is being written share the next one, so that a slow disk costs requests in
/// number nothing. When the store fails, holds are refused; ends are kept in memory and repeated until they are written.
package final class Ledger: Sendable {
    /// Names this run of the server in holds and totals.
    package let instance: String
    package let prices: PriceBook
    package let settings: LedgerSettings
    let store: any LedgerStore
    /// What it goes on with while the store cannot be reached; `nil` does not go on.
    package let branch: LeaseBranch?
    /// The queue on which the store writes.
    private let queue = DispatchQueue(label: "ledger.write")
    /// The queue on which it is read.
    let readQueue = DispatchQueue(label: "ledger.read", attributes: .concurrent)
    /// The queue on which it is time to say that this run lives.
    let beats = DispatchQueue(label: "ledger.beats")
    private let state: Mutex<State>
    private let reading: @Sendable () -> LedgerClock.Reading

    /// What is guarded by the lock.
    private struct State {
        var waiting: [LedgerOperation] = []
        /// Ends that could not be written, oldest first.
        var unwritten: [LedgerOperation] = []
        /// How many of them are being tried again.
        var retriedCount = 0
        var isScheduled = false
        var isRetryScheduled = false
        var checkpoints = CheckpointBoard()
        var running: [String: OpenHold] = [:]
        var clock = LedgerClock()
        var purgedAt: Milliseconds = 0
        var isFailing = false
        var isClosed = false
    }

    /// Opens the front of a store.
    ///
    /// - Parameters:
    ///   - store: Where the ledger lives; the ledger closes it.
    ///   - instance: A name that no other run has.
    ///   - prices: The price book.
    ///   - settings: How it works.
    ///   - branch: What it goes on with while the store cannot be reached.
    ///   - reading: The clocks.
    package init(
        store: any LedgerStore,
        instance: String = KeySecret.randomIdentifier("run_"),
        prices: PriceBook = .builtIn,
        settings: LedgerSettings = LedgerSettings(),
        branch: LeaseBranch? = nil,
        reading: @escaping @Sendable () -> LedgerClock.Reading = SystemTime.reading
    ) {
        self.store = store
        self.instance = instance
        self.prices = prices
        self.settings = settings
        self.branch = branch
        self.reading = reading
        state = Mutex(State())
    }

    /// Whether the last transaction failed, so that requests are refused.
    package var isFailing: Bool { state.withLock { $0.isFailing } }

    /// Ends that are kept in memory because the store fails.
    package var unwrittenCount: Int { state.withLock { $0.unwritten.count + $0.retriedCount } }

    /// Operations that wait for a transaction.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Whether transactions are being written.
    var isWriting: Bool { state.withLock { $0.isScheduled } }

    /// Whether it is being closed.
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// The time of the ledger: never back, even when the machine's clock is set.
    package func now() -> Milliseconds {
        let reading = reading()
        return state.withLock { $0.clock.time(reading) }
    }
}

// MARK: - Requests

extension Ledger {
    /// Sets aside what a request can cost at most, before anything is computed.
    ///
    /// - Returns: The hold, durable; or the answer of an earlier attempt; or why there is none.
    /// - Throws: `LedgerError.storage` if the store fails and no lease pays: the request must not run.
    package func hold(_ request: HoldRequest) async throws(LedgerError) -> HoldOutcome {
        // A store that is known to fail is not waited for.
        if isFailing, let outcome = await holdFromLease(request) { return outcome }
        do throws(LedgerError) {
            let outcome = try await holdInStore(request)
            guard outcome.lacksMoney, await giveBackLeases(of: request.account) else { return outcome }
            return try await holdInStore(request)
        } catch {
            guard error.isCutOff, let outcome = await holdFromLease(request) else { throw error }
            return outcome
        }
    }

    private func holdInStore(_ request: HoldRequest) async throws(LedgerError) -> HoldOutcome {
        let prices = prices.prices(of: request.model)
        let lifetime = Int(settings.idempotencyLifetime / .milliseconds(1))
        let repeats = settings.repeatsRequests
        let wish = leaseWish(for: request)
        let outcome: HoldOutcome
        do throws(LedgerError) {
            let lease: (Lease, APIKey)?
            (outcome, lease) = try await perform { work throws(LedgerError) in
                let outcome = try work.hold(
                    request,
                    prices: prices,
                    idempotencyLifetime: lifetime,
                    repeats: repeats
                )
                guard let wish, case .held = outcome else { return (outcome, nil) }
                return (outcome, try work.grantLease(wish))
            }
            if let wish { note(lease, for: wish) }
        } catch {
            if let wish { drop(wish, after: error) }
            if case .storage(.doubtful) = error { abandon(request.requestID) }
            throw error
        }
        if case .held(let hold) = outcome {
            let open = OpenHold(
                requestID: hold.requestID,
                account: hold.account,
                key: hold.key,
                terms: hold.terms,
                begunAt: hold.begunAt
            )
            state.withLock { $0.running[hold.requestID] = open }
        }
        return outcome
    }

    /// Raises the hold of a running request, so that its thoughts may become longer.
    ///
    /// - Parameters:
    ///   - requestID: The request.
    ///   - tokens: How many thinking tokens more for each choice.
    ///   - most: What the thinking bound of a choice may become at most.
    /// - Returns: The hold from now on, durable; or why nothing has changed.
    /// - Throws: `LedgerError.unknownRequest` if it has ended, `.storage` if the store fails: then the thoughts stay as
    ///   they are.
    package func extend(
        _ requestID: String,
        by tokens: Int,
        atMost most: Int
    ) async throws(LedgerError) -> ExtensionOutcome {
        if let place = place(of: requestID) { return try await place.extend(requestID, by: tokens, atMost: most) }
        let outcome = try await perform { work throws(LedgerError) in
            try work.extend(requestID, by: tokens, atMost: most)
        }
        if case .extended(let hold, _) = outcome {
            state.withLock { state in
                // It may have ended meanwhile.
                if state.running[requestID] != nil { state.running[requestID] = hold }
            }
        }
        return outcome
    }

    /// Tells what a running request has taken so far; written down soon, never waited for.
    package func progress(_ usage: TokenUsage, requestID: String) {
        if let place = place(of: requestID) { return place.progress(usage, requestID: requestID) }
        let isDue = state.withLock {
            $0.checkpoints.note(usage, requestID: requestID, tokens: settings.checkpointTokens)
        }
        switch isDue {
        case .now: schedule()
        case .later: queue.asyncAfter(deadline: .now() + settings.checkpointInterval.seconds) { self.drain() }
        case .covered: break
        }
    }

    /// Whether so much of a running request may be told to its client: all but `settings.checkpointTokens` of the
    /// completion tokens so far must be durable, so that a crash loses no more than that.
    ///
    /// - Parameters:
    ///   - tokens: The completion tokens that the client is to hear of.
    ///   - requestID: The request.
    ///   - action: Called, from any thread, once it may be told, if it may not yet; never after the request's end.
    /// - Returns: Whether it may be told now.
    package func mayTell(
        _ tokens: Int,
        of requestID: String,
        otherwise action: @escaping @Sendable () -> Void
    ) -> Bool {
        if let place = place(of: requestID) { return place.mayTell(tokens, of: requestID, otherwise: action) }
        let needed = tokens - settings.checkpointTokens
        guard needed > 0 else { return true }
        return state.withLock { $0.checkpoints.isDurable(needed, of: requestID, otherwise: action) }
    }

    /// Keeps the answer of a captured request, to be repeated for the same idempotency key. Written soon, never waited
    /// for: until then a repetition runs again, with the same seed, and pays nothing.
    package func keep(_ response: StoredResponse, of requestID: String) {
        if let place = place(of: requestID) { return place.keep(response, of: requestID) }
        guard response.body.count <= settings.responseBytesMax else { return }
        enqueue(
            operation(provisional: (), { work throws(LedgerError) in try work.keep(response, of: requestID) }) { _ in }
        )
    }

    /// Bills a request for what it took. The same capture again gives the same receipt and changes nothing.
    ///
    /// - Throws: `LedgerError.exceedsHold`, `.settledDifferently` and the like; never for a failing store, if this ledger
    ///   granted the hold.
    package func capture(_ capture: Capture) async throws(LedgerError) -> Receipt {
        if let place = place(of: capture.requestID) { return try await place.capture(capture) }
        let bytesMax = settings.responseBytesMax
        let hold = state.withLock { state in
            state.checkpoints.forget(capture.requestID)
            return state.running[capture.requestID]
        }
        let provisional = hold.flatMap { Ledger.provisionalReceipt(capture, hold: $0) }
        let receipt = try await perform(provisional: provisional) { work throws(LedgerError) in
            try work.capture(capture, responseBytesMax: bytesMax)
        }
        state.withLock { _ = $0.running.removeValue(forKey: capture.requestID) }
        return receipt
    }

    /// Ends a request without billing it, because the server is at fault.
    ///
    /// - Throws: `LedgerError.settledDifferently` and the like; never for a failing store, if this ledger granted the
    ///   hold.
    package func void(
        requestID: String,
        reason: String,
        engine: TokenUsage? = nil,
        totals: EngineTotals? = nil
    ) async throws(LedgerError) {
        if let place = place(of: requestID) {
            return try await place.void(requestID: requestID, reason: reason, engine: engine, totals: totals)
        }
        let isOurs = state.withLock { state in
            state.checkpoints.forget(requestID)
            return state.running[requestID] != nil
        }
        try await perform(provisional: isOurs ? () : nil) { work throws(LedgerError) in
            try work.void(requestID: requestID, reason: reason, engine: engine, totals: totals)
        }
        state.withLock { _ = $0.running.removeValue(forKey: requestID) }
    }

    /// Writes down what is still to be written, and the engine's last totals, and closes the store.
    ///
    /// - Returns: How many ends could not be written; the next start recovers them from their checkpoints.
    package func close(totals: EngineTotals? = nil) async -> Int {
        state.withLock { $0.isClosed = true }
        await settleLeases(all: true)
        _ = await branch?.ledger.close()
        if var totals {
            totals.isClosed = true
            let last = totals
            try? await perform { work throws(LedgerError) in work.note(last) }
        } else {
            try? await perform { _ throws(LedgerError) in }
        }
        await withCheckedContinuation { continuation in
            queue.async {
                self.store.close()
                continuation.resume()
            }
        }
        return unwrittenCount
    }

    private func abandon(_ requestID: String) {
        enqueue(
            operation(provisional: (), { work throws(LedgerError) in try work.abandon(requestID: requestID) }) { _ in }
        )
    }

    private static func provisionalReceipt(_ capture: Capture, hold: OpenHold) -> Receipt? {
        guard let settlement = try? hold.settlement(of: capture.usage) else { return nil }
        let cost = try? hold.terms.prices?.cost(of: settlement.billed, surplusTokens: settlement.surplusTokens)
        return Receipt(
            requestID: hold.requestID,
            billed: settlement.billed,
            cost: cost,
            amount: settlement.amount,
            credits: nil,
            isDurable: false
        )
    }
}

// MARK: - The queue

extension Ledger {
    /// Runs an operation in the next transaction and waits until it is durable.
    ///
    /// `provisional` is answered at once if the store fails; the operation is then repeated until it is written. Without
    /// it, the failure is thrown and the operation forgotten.
    func perform<Success: Sendable>(
        provisional: Success? = nil,
        _ body: @escaping @Sendable (LedgerWork) throws(LedgerError) -> Success
    ) async throws(LedgerError) -> Success {
        let result: Result<Success, LedgerError> = await withCheckedContinuation { continuation in
            enqueue(operation(provisional: provisional, body) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }

    private func operation<Success: Sendable>(
        provisional: Success?,
        _ body: @escaping @Sendable (LedgerWork) throws(LedgerError) -> Success,
        _ finish: @escaping @Sendable (Result<Success, LedgerError>) -> Void
    ) -> LedgerOperation {
        var result: Result<Success, LedgerError>?
        var isAnswered = false
        return LedgerOperation { work in
            result = Result { () throws(LedgerError) in try body(work) }
            if case .failure(.storage(let error)) = result { return error }
            return nil
        } succeed: {
            guard let result, !isAnswered else { return }
            finish(result)
        } outlives: { error in
            provisional != nil && !error.isLasting
        } fail: { error in
            let answer = error.isLasting ? nil : provisional
            if !isAnswered { finish(answer.map { .success($0) } ?? .failure(.storage(error))) }
            isAnswered = true
        }
    }

    private func enqueue(_ operation: LedgerOperation) {
        state.withLock { $0.waiting.append(operation) }
        schedule()
    }

    private func schedule() {
        let isFirst = state.withLock { state in
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { queue.async { self.drain() } }
    }

    /// Writes everything that waits, in transactions of many operations.
    private func drain() {
        dispatchPrecondition(condition: .onQueue(queue))
        var hasFailed = false
        while let (operations, checkpoints) = takeGroup(afterFailure: hasFailed) {
            write(operations, checkpoints)
            hasFailed = isFailing
        }
    }

    /// The next operations to be written together, or `nil` if there are none, or none that a failed store is tried for.
    private func takeGroup(afterFailure hasFailed: Bool) -> ([LedgerOperation], [String: TokenUsage])? {
        state.withLock { state in
            let isIdle = state.waiting.isEmpty && state.unwritten.isEmpty && state.checkpoints.isEmpty
            // A store that has failed is tried with nothing to write, so that it is known when it works again.
            let isDone = isIdle && (!state.isFailing || state.isClosed)
            guard !isDone, !(hasFailed && state.waiting.isEmpty) else {
                state.isScheduled = false
                return nil
            }
            let count = min(state.waiting.count, settings.groupMax)
            let operations = state.unwritten + state.waiting.prefix(count)
            state.waiting.removeFirst(count)
            state.retriedCount = state.unwritten.count
            state.unwritten = []
            return (operations, state.checkpoints.takeAll())
        }
    }

    private func write(_ operations: [LedgerOperation], _ checkpoints: [String: TokenUsage]) {
        do {
            try transaction(operations, checkpoints)
            let ready = state.withLock { state in
                state.isFailing = false
                state.retriedCount = 0
                return state.checkpoints.confirm(checkpoints)
            }
            for operation in operations { operation.succeed() }
            for action in ready { action() }
        } catch  where error.isLasting && operations.count > 1 {
            // One of them is at fault, the others need not suffer.
            for operation in operations { write([operation], checkpoints) }
        } catch {
            // Before anybody hears of it, so that who does sees what has become of the ledger.
            let kept = operations.filter { $0.outlives(error) }
            state.withLock {
                $0.isFailing = true
                $0.retriedCount = 0
                $0.unwritten += kept
                $0.checkpoints.putBack(checkpoints)
            }
            for operation in operations { operation.fail(error) }
            retryLater()
        }
    }

    private func transaction(
        _ operations: [LedgerOperation],
        _ checkpoints: [String: TokenUsage]
    ) throws(StoreError) {
        try store.write { writer throws(StoreError) in
            let head = try writer.head()
            let reading = reading()
            let (now, isPurging) = state.withLock { state in
                let now = state.clock.time(reading, floor: head.time)
                let isPurging = now - state.purgedAt > CivilTime.minute
                if isPurging { state.purgedAt = now }
                return (now, isPurging)
            }
            let work = LedgerWork(store: writer, head: head, now: now, instance: instance)
            for (requestID, usage) in checkpoints { try writer.setCheckpoint(usage, requestID: requestID) }
            for operation in operations {
                if let error = operation.run(work) { throw error }
            }
            if isPurging { try writer.removeIdempotencyRecords(expiredBy: now) }
            try work.finish()
        }
    }

    private func retryLater() {
        let isFirst = state.withLock { state in
            defer { state.isRetryScheduled = true }
            return !state.isRetryScheduled
        }
        guard isFirst else { return }
        queue.asyncAfter(deadline: .now() + settings.retryInterval.seconds) {
            self.state.withLock { $0.isRetryScheduled = false }
            self.drain()
        }
    }
}

extension Duration {
    /// For Dispatch.
    fileprivate var seconds: Double { self / .seconds(1) }
}
