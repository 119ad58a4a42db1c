import Billing

/// What a ledger refuses, as sentences for the user.
extension CommandFailure {
    init(_ error: DataFolder.Failure) {
        self =
            switch error {
            case .inputOutput(let path, let reason):
                .inputOutput("cannot use the data folder: \(path): \(reason)")
            }
    }

    init(_ error: StoreError, at place: String = "the ledger") {
        self =
            switch error {
            case .full: .inputOutput("\(place): the disk is full: free some space and try again")
            case .inputOutput(let reason): .inputOutput("\(place): \(reason)")
            case .busy: .unavailable("\(place) is busy: another process has been writing for too long, try again")
            case .unreachable(let reason): .unavailable("\(place) cannot be reached: \(reason)")
            case .corrupt(let what): .badInput("\(place) is damaged: \(what)")
            case .newerSchema(let found):
                .badConfiguration("\(place) was written by a newer actuary (schema \(found)): use that one")
            case .notALedger: .badInput("\(place) is no ledger: name another one with --data-dir or --ledger")
            case .conflict(let what): .inputOutput("\(place): \(what)")
            case .doubtful(let reason):
                .unavailable("\(place): \(reason): nobody knows whether it was done, so look before you try again")
            }
    }

    init(_ error: LedgerError) {
        self =
            switch error {
            case .storage(let error): CommandFailure(error)
            case .moneyOverflow: .badInput("amounts are limited to 9.2 million USD")
            case .invalid(let field, let rule): .badUsage("the \(field) \(rule)")
            case .unknownAccount(let name): .badInput("there is no account \(name): 'actuary account list' shows them")
            case .accountExists(let name): .badInput("there is an account \(name) already")
            case .accountClosed(let name): .badInput("the account \(name) is closed")
            case .accountBusy(let name, let requests):
                .badInput("the account \(name) has running requests (\(requests)): wait for them, then try again")
            case .accountLeased(let name, let leases):
                .badInput(
                    "the account \(name) has money set aside for servers (\(leases)): 'actuary ledger leases' shows it, and "
                        + "it is back soon after its keys are revoked"
                )
            case .unknownLease(let id): .badInput("there is no lease \(id): 'actuary ledger leases' shows them")
            case .unknownKey(let id): .badInput("there is no key \(id): 'actuary key list' shows them")
            case .keyExists(let id): .badInput("there is a key \(id) already: rotate it to get a new text")
            case .keyRevoked(let id): .badInput("the key \(id) is revoked: make a new one")
            case .grantDiffers(let id): .badInput("the id \(id) belongs to another grant: use a new one")
            case .requestExists(let id): .badInput("the request \(id) exists already")
            case .unknownRequest(let id): .badInput("there is no request \(id)")
            case .settledDifferently(let id): .badInput("the request \(id) has ended in another way")
            case .exceedsHold(let id): .badInput("the request \(id) took more than it held")
            case .inconsistent(let what):
                .badInput("the ledger contradicts itself: \(what): run 'actuary ledger verify'")
            }
    }
}
