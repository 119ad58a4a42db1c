import Dispatch

/// What can be asked of a ledger. Reads run beside writes, and see what other processes have written.
extension Ledger {
    /// Who a key belongs to.
    package enum Authentication: Hashable, Sendable {
        case accepted(APIKey)
        case refused(Refusal)
    }

    /// Whether any key opens the server; without one it works for the local account.
    ///
    /// A key counts from its creation on, revoked or expired ones too: a server that was closed never opens by itself.
    ///
    /// - Throws: `LedgerError.storage`.
    package func hasKeys() async throws(LedgerError) -> Bool {
        try await read { reader throws(StoreError) in try reader.hasKeys() }
    }

    /// Finds the key that a client presents.
    ///
    /// - Throws: `LedgerError.storage`; nobody is let in then, but for keys that have a lease, as they were last known.
    package func authenticate(_ secret: String) async throws(LedgerError) -> Authentication {
        let digest = KeySecret.digest(of: secret)
        if isFailing, let known = leasedKey(digest) { return known }
        do throws(LedgerError) {
            return try await authenticate(digest: digest)
        } catch {
            guard error.isCutOff, let known = leasedKey(digest) else { throw error }
            return known
        }
    }

    private func authenticate(digest: String) async throws(LedgerError) -> Authentication {
        let now = now()
        return try await read { reader throws(StoreError) in
            guard let key = try reader.key(digest: digest), key.matches(digest: digest, at: now) else {
                return .refused(.keyUnknown)
            }
            if let refusal = key.refusal(at: now) { return .refused(refusal) }
            guard try reader.account(named: key.account)?.closedAt == nil else {
                return .refused(.accountClosed(key.account))
            }
            return .accepted(key)
        }
    }

    /// The same for a key that has a lease.
    private func leasedKey(_ digest: String) -> Authentication? {
        let now = now()
        guard let key = branch?.withDesk({ $0.key(digest: digest, at: now) }) else { return nil }
        return key.refusal(at: now).map { .refused($0) } ?? .accepted(key)
    }

    /// All accounts, by name.
    ///
    /// - Throws: `LedgerError.storage`.
    package func accounts() async throws(LedgerError) -> [Account] {
        let now = now()
        let accounts = try await read { reader throws(StoreError) in try reader.accounts() }
        return accounts.map { $0.advanced(to: now) }
    }

    /// An account as it is now, credits accrued and windows rolled; `nil` if there is none.
    ///
    /// - Throws: `LedgerError.storage`.
    package func account(_ name: String) async throws(LedgerError) -> Account? {
        let now = now()
        return try await read { reader throws(StoreError) in try reader.account(named: name) }?.advanced(to: now)
    }

    /// All keys, by account and age.
    ///
    /// - Throws: `LedgerError.storage`.
    package func keys() async throws(LedgerError) -> [APIKey] {
        try await read { reader throws(StoreError) in try reader.keys() }
    }

    /// Reads one state of the store.
    func read<Success: Sendable>(
        _ body: @escaping @Sendable (any LedgerReader) throws(StoreError) -> Success
    ) async throws(LedgerError) -> Success {
        let result: Result<Success, StoreError> = await withCheckedContinuation { continuation in
            readQueue.async {
                continuation.resume(returning: Result { () throws(StoreError) in try self.store.read(body) })
            }
        }
        do { return try result.get() } catch { throw .storage(error) }
    }
}

extension Account {
    /// The account as it looks at a later time.
    fileprivate func advanced(to now: Milliseconds) -> Account {
        var account = self
        account.advance(to: now)
        return account
    }
}
