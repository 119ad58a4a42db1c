import Dispatch

/// The holds of runs that are over.
extension Ledger {
    /// Bills the holds of dead runs at their last checkpoints; at a server's start, before the first request.
    ///
    /// A store that several servers share knows itself who is dead: a run that nothing was heard of for
    /// `settings.deadAfter`. From this call on, until it is closed, this ledger then marks its run as alive and looks for
    /// dead ones every `settings.heartbeatInterval`. Whoever has the lock of the journal closes a hold, and it is closed for
    /// good: a run that was cut off and comes back finds its requests recovered.
    ///
    /// - Parameter isDead: Whether the run of that name is over; asked where the store does not know.
    /// - Returns: How many holds were closed now.
    /// - Throws: `LedgerError` if the store fails or a hold cannot be closed.
    package func recover(
        where isDead: @escaping @Sendable (String) -> Bool = { _ in true }
    ) async throws(LedgerError) -> Int {
        let silence = settings.deadAfter
        let (isShared, count) = try await perform { work throws(LedgerError) in
            guard let runs = work.store.runs else { return (false, try work.recover(where: isDead)) }
            return (true, try work.recoverSilent(runs, for: silence))
        }
        if isShared { beatLater() }
        return count
    }

    /// Marks the run as alive and closes holds of dead ones, again and again; a failure is made up for by the next time.
    private func beatLater() {
        beats.asyncAfter(deadline: .now() + settings.heartbeatInterval / .seconds(1)) { [weak self] in
            guard let self, !isClosed else { return }
            let silence = settings.deadAfter
            Task {
                _ = try? await self.perform { work throws(LedgerError) in
                    if let runs = work.store.runs { _ = try work.recoverSilent(runs, for: silence) }
                }
                if !self.isFailing { await self.settleLeases() }
                self.beatLater()
            }
        }
    }
}

extension LedgerWork {
    /// Closes the holds of other runs that are over.
    ///
    /// - Returns: How many there were.
    func recover(where isDead: (String) -> Bool) throws(LedgerError) -> Int {
        let holds = try LedgerError.storing { () throws(StoreError) in try store.openHolds() }
        let dead = holds.filter { $0.terms.instance != instance && isDead($0.terms.instance) }
        for hold in dead { try recover(hold) }
        return dead.count
    }

    /// Marks this run as alive, and closes the holds of those that have been silent.
    ///
    /// - Returns: How many there were.
    func recoverSilent(_ runs: any RunRegistry, for silence: Duration) throws(LedgerError) -> Int {
        let silent = try LedgerError.storing { () throws(StoreError) in
            try runs.markAlive(instance: instance)
            let silent = try runs.silentRuns(for: silence)
            try runs.forgetRuns(silentFor: silence)
            return silent
        }
        return silent.isEmpty ? 0 : try recover { silent.contains($0) }
    }
}
