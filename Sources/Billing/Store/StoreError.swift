/// Why a store did not do what it was asked for.
package enum StoreError: Error, Equatable, Sendable {
    /// The disk or its quota is full.
    case full
    /// Reading or writing failed.
    case inputOutput(String)
    /// Another process held the store for too long.
    case busy
    /// The store's server cannot be reached.
    case unreachable(String)
    /// The rows are not what this program writes.
    case corrupt(String)
    /// A newer program has changed the tables.
    case newerSchema(found: String)
    /// The file belongs to something else.
    case notALedger(String)
    /// A row that may exist once exists already.
    case conflict(String)
    /// The connection broke while committing: the transaction may have been written or not.
    case doubtful(String)
}

extension StoreError {
    /// Whether trying again cannot help.
    var isLasting: Bool {
        switch self {
        case .corrupt, .newerSchema, .notALedger, .conflict: true
        case .full, .inputOutput, .busy, .unreachable, .doubtful: false
        }
    }
}
