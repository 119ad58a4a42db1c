/// Accounts, grants and keys, as commands and the administration see them. Running servers notice at their next request.
extension Ledger {
    /// The longest grace of a rotated key: a year.
    private static let graceSecondsMax = 31_536_000

    /// Opens an account.
    ///
    /// - Throws: `LedgerError.accountExists`, `.invalid`.
    package func createAccount(_ name: String, terms: AccountTerms) async throws(LedgerError) -> Account {
        try await perform { work throws(LedgerError) in try work.createAccount(name, terms: terms) }
    }

    /// Changes the terms of an account, but for its kind.
    ///
    /// - Throws: `LedgerError.unknownAccount`, `.accountClosed`, and what `change` throws.
    package func changeAccount(
        _ name: String,
        _ change: @escaping @Sendable (inout AccountTerms) throws(LedgerError) -> Void
    ) async throws(LedgerError) -> Account {
        try await perform { work throws(LedgerError) in try work.changeAccount(name, change) }
    }

    /// Closes an account: surplus is charged, and nothing runs in it any more.
    ///
    /// - Throws: `LedgerError.unknownAccount`, `.accountClosed`, `.accountBusy`.
    package func closeAccount(_ name: String) async throws(LedgerError) -> Account {
        try await perform { work throws(LedgerError) in try work.closeAccount(name) }
    }

    /// Pays money in, or raises the cap of a capped account; once for each id.
    ///
    /// - Throws: `LedgerError.unknownAccount`, `.grantDiffers`, `.invalid`.
    package func grant(
        _ amount: PicoUSD,
        to name: String,
        id: String = KeySecret.randomIdentifier("grant_")
    ) async throws(LedgerError) -> Account {
        try await perform { work throws(LedgerError) in try work.grant(amount, to: name, id: id) }
    }

    /// Adds thinking credits; once for each id.
    ///
    /// - Throws: `LedgerError.unknownAccount`, `.grantDiffers`, `.invalid`.
    package func grantCredits(
        _ count: Int,
        to name: String,
        id: String = KeySecret.randomIdentifier("grant_")
    ) async throws(LedgerError) -> Account {
        try await perform { work throws(LedgerError) in try work.grantCredits(count, to: name, id: id) }
    }

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - name: The account that pays.
    ///   - terms: What is agreed about it.
    ///   - id: Its id; the same again makes no second key.
    /// - Returns: The key and its secret, which is kept nowhere.
    /// - Throws: `LedgerError.unknownAccount`, `.accountClosed`, `.keyExists`, `.invalid`.
    package func createKey(
        account name: String,
        terms: KeyTerms,
        id: String = KeySecret.randomIdentifier("key_")
    ) async throws(LedgerError) -> (key: APIKey, secret: KeySecret) {
        let secret = KeySecret.random()
        let digest = secret.digest
        let key = try await perform { work throws(LedgerError) in
            try work.createKey(id: id, account: name, terms: terms, digest: digest)
        }
        return (key, secret)
    }

    /// Changes the terms of a key.
    ///
    /// - Throws: `LedgerError.unknownKey`, `.keyRevoked`, and what `change` throws.
    package func changeKey(
        _ id: String,
        _ change: @escaping @Sendable (inout KeyTerms) throws(LedgerError) -> Void
    ) async throws(LedgerError) -> APIKey {
        try await perform { work throws(LedgerError) in try work.changeKey(id, change) }
    }

    /// Gives a key a new secret; the old one ends at once, or after the grace.
    ///
    /// - Throws: `LedgerError.unknownKey`, `.keyRevoked`, `.invalid` for a grace of more than a year.
    package func rotateKey(
        _ id: String,
        grace: Duration = .zero
    ) async throws(LedgerError) -> (key: APIKey, secret: KeySecret) {
        guard (.zero ... .seconds(Ledger.graceSecondsMax)).contains(grace) else {
            throw .invalid(field: "grace", rule: "must be 0 to \(Ledger.graceSecondsMax) seconds")
        }
        let secret = KeySecret.random()
        let digest = secret.digest
        let grace = Int(grace / .milliseconds(1))
        let key = try await perform { work throws(LedgerError) in
            try work.rotateKey(id, digest: digest, grace: grace)
        }
        return (key, secret)
    }

    /// Ends a key.
    ///
    /// - Throws: `LedgerError.unknownKey`.
    package func revokeKey(_ id: String) async throws(LedgerError) -> APIKey {
        try await perform { work throws(LedgerError) in try work.revokeKey(id) }
    }
}
