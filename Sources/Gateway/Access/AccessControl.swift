import Billing
import HTTPServer
import HTTPTypes
import OpenAIAPI
import Synchronization

/// Finds out who asks.
///
/// As long as the ledger has no key, everybody is the local account; from the first key on, nobody gets in without one.
/// The ledger is asked each time, so that new, changed and revoked keys count at the next request.
final class AccessControl: Sendable {
    private let ledger: Ledger
    /// Set when a key is seen for the first time: a server that was closed never opens by itself.
    private let isClosed = Atomic(false)

    init(ledger: Ledger) { self.ledger = ledger }

    /// Who a request comes from.
    ///
    /// - Throws: 401 without a key that opens the server, 503 if the ledger cannot be read.
    func principal(of request: ServerRequest) async throws(APIError) -> Principal {
        do throws(LedgerError) {
            guard try await needsKeys() else { return try await withCredits(.local) }
        } catch {
            throw APIError(error)
        }
        guard let secret = AccessControl.secret(in: request.headerFields) else { throw .keyMissing }
        let refusal: Refusal
        do throws(LedgerError) {
            switch try await ledger.authenticate(secret) {
            case .accepted(let key): return try await withCredits(Principal(key))
            case .refused(let reason): refusal = reason
            }
        } catch {
            throw APIError(error)
        }
        throw APIError(refusal)
    }

    /// The same, for those who may administer accounts and keys. Without keys nobody may: the commands can.
    ///
    /// - Throws: What `principal(of:)` throws, and 403.
    func administrator(of request: ServerRequest) async throws(APIError) -> Principal {
        let principal = try await principal(of: request)
        guard principal.isAdministrator else { throw .notAdministrator }
        return principal
    }

    /// Whether an endpoint that is open to everybody may tell a client of accounts: administrators, and on a server without
    /// keys, which this machine alone can reach, everybody.
    func maySeeAccounts(_ request: ServerRequest) async -> Bool {
        guard (try? await needsKeys()) ?? true else { return true }
        return (try? await administrator(of: request)) != nil
    }

    /// Whether a request needs a key.
    func needsKeys() async throws(LedgerError) -> Bool {
        if isClosed.load(ordering: .relaxed) { return true }
        guard try await ledger.hasKeys() else { return false }
        isClosed.store(true, ordering: .relaxed)
        return true
    }

    private func withCredits(_ known: Principal) async throws(LedgerError) -> Principal {
        var principal = known
        // Accounts that have leases have no credits.
        if ledger.isFailing, ledger.hasLease(key: known.key) { return principal }
        do throws(LedgerError) {
            principal.thinkingCredits = try await ledger.account(known.account)?.credits?.availableTokens
        } catch {
            guard ledger.hasLease(key: known.key) else { throw error }
        }
        return principal
    }

    /// `Authorization: Bearer KEY`, or `x-api-key: KEY` as Anthropic's clients send it.
    private static func secret(in fields: HTTPFields) -> String? {
        if let text = fields[.authorization] {
            let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return String(parts[1].filter { $0 != " " })
        }
        return HTTPField.Name("x-api-key").flatMap { fields[$0] }
    }
}

extension Principal {
    /// Whoever presents a key.
    fileprivate init(_ key: APIKey) {
        self.init(
            account: key.account,
            key: key.id,
            isAdministrator: key.terms.scope == .admin,
            maxThinkTokens: key.terms.maxThinkTokens,
            maxThinkTokensCap: key.terms.maxThinkTokensCap
        )
    }
}
