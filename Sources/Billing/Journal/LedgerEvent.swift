/// What an entry of the journal says has happened.
package enum LedgerEvent: Hashable, Sendable {
    case accountCreated(AccountTerms)
    case accountChanged(AccountTerms)
    case accountClosed
    case keyCreated(KeyTerms, digest: String)
    case keyChanged(KeyTerms)
    /// The old digest opens until the given time, or no longer.
    case keyRotated(digest: String, oldUntil: Milliseconds?)
    case keyRevoked
    /// Money was paid in, or the cap of a capped account raised.
    case grant(PicoUSD)
    case creditGrant(Int)
    case hold(HoldTerms)
    case holdExtended(ExtendedHold)
    case capture(Settlement)
    case void(Voiding)
    /// The hold of a dead server, billed at its last checkpoint.
    case recovered(Settlement)
    case surplusCharge(SurplusCharge)
    /// Money was set aside for a server to spend while it is cut off.
    case lease(LeaseTerms)
    case leaseEnded(LeaseEnd)

    /// The kind of entry, as its column says.
    package enum Kind: String, CaseIterable, Sendable {
        case accountCreated = "account_created"
        case accountChanged = "account_changed"
        case accountClosed = "account_closed"
        case keyCreated = "key_created"
        case keyChanged = "key_changed"
        case keyRotated = "key_rotated"
        case keyRevoked = "key_revoked"
        case grant
        case creditGrant = "credit_grant"
        case hold
        case holdExtended = "hold_extended"
        case capture
        case void
        case recovered
        case surplusCharge = "surplus_charge"
        case lease
        case leaseEnded = "lease_ended"

        /// Whether it ends a request.
        package var isTerminal: Bool { [.capture, .void, .recovered].contains(self) }
    }

    package var kind: Kind {
        switch self {
        case .accountCreated: .accountCreated
        case .accountChanged: .accountChanged
        case .accountClosed: .accountClosed
        case .keyCreated: .keyCreated
        case .keyChanged: .keyChanged
        case .keyRotated: .keyRotated
        case .keyRevoked: .keyRevoked
        case .grant: .grant
        case .creditGrant: .creditGrant
        case .hold: .hold
        case .holdExtended: .holdExtended
        case .capture: .capture
        case .void: .void
        case .recovered: .recovered
        case .surplusCharge: .surplusCharge
        case .lease: .lease
        case .leaseEnded: .leaseEnded
        }
    }

    /// The settlement of a request that is billed.
    package var settlement: Settlement? {
        switch self {
        case .capture(let settlement), .recovered(let settlement): settlement
        default: nil
        }
    }
}

extension LedgerEvent {
    /// The moment whose month an amount is billed in, for entries that bill one.
    package var billedAt: Milliseconds? {
        if case .surplusCharge(let charge) = self { charge.asOf } else { settlement?.begunAt }
    }
}

extension LedgerEvent {
    /// The amount that the entry bills, if it bills one.
    package var billedAmount: PicoUSD? {
        if case .surplusCharge(let charge) = self { charge.amount } else { settlement?.amount }
    }
}
