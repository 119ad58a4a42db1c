/// Why an operation on the ledger was not done.
package enum LedgerError: Error, Equatable, Sendable {
    /// The store failed; nothing was written, and a later try may succeed.
    case storage(StoreError)
    /// Amounts are beyond ±9.2 million USD.
    case moneyOverflow
    /// A name or number that cannot be, in words that follow the name of the field.
    case invalid(field: String, rule: String)
    case unknownAccount(String)
    case accountExists(String)
    case accountClosed(String)
    /// The account still has running requests.
    case accountBusy(String, requests: Int)
    /// The account has money set aside for servers.
    case accountLeased(String, leases: Int)
    /// There is no such lease, or it has ended.
    case unknownLease(String)
    case unknownKey(String)
    /// A key was made under this id before, and its text is kept nowhere.
    case keyExists(String)
    case keyRevoked(String)
    /// The grant's id was used before for something else.
    case grantDiffers(id: String)
    /// The request's id was used before.
    case requestExists(String)
    /// The request has neither a hold nor an end.
    case unknownRequest(String)
    /// The request ended before, and not in this way.
    case settledDifferently(String)
    /// The request took more than its hold allows.
    case exceedsHold(String)
    /// The journal and what follows from it disagree.
    case inconsistent(String)
}

extension LedgerError {
    /// Does work on money.
    static func checking<Result>(_ work: () throws(MoneyOverflow) -> Result) throws(LedgerError) -> Result {
        do { return try work() } catch { throw .moneyOverflow }
    }

    /// Does work on the store.
    static func storing<Result>(_ work: () throws(StoreError) -> Result) throws(LedgerError) -> Result {
        do { return try work() } catch { throw .storage(error) }
    }
}
