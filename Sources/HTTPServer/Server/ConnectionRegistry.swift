import Synchronization

/// Counts connections against the limits, for all loops together.
final class ConnectionRegistry: Sendable {
    /// What is to be done with a new connection.
    enum Admission: Equatable {
        case accepted
        /// Over a limit; it gets an answer and is counted until it is closed.
        case refused(ConnectionRefusal)
        /// Over a limit, and so many are being refused that it gets no answer.
        case dropped(ConnectionRefusal)
    }

    private struct State {
        var openByGroup: [String: Int] = [:]
        var openCount = 0
        var refusedOpenCount = 0
        var whenEmpty: [@Sendable () -> Void] = []

        var isEmpty: Bool { openCount == 0 && refusedOpenCount == 0 }
    }

    /// How many connections may be open beyond the limits to be told so.
    private static let refusedMax = 256

    private let state = Mutex(State())
    private let groupMax: Int
    private let totalMax: Int
    private let statistics: ServerStatistics

    init(connectionsPerAddressMax: Int, connectionCountMax: Int, statistics: ServerStatistics) {
        groupMax = connectionsPerAddressMax
        totalMax = connectionCountMax
        self.statistics = statistics
    }

    /// Decides about a new connection; unless dropped it must be released.
    func admit(_ peer: PeerAddress) -> Admission {
        state.withLock { state in
            let groupCount = state.openByGroup[peer.group, default: 0]
            if state.openCount < totalMax, groupCount < groupMax {
                state.openByGroup[peer.group] = groupCount + 1
                state.openCount += 1
                statistics.update {
                    $0.connectionsAccepted += 1
                    $0.connectionsOpen += 1
                }
                return .accepted
            }
            let refusal: ConnectionRefusal =
                state.openCount < totalMax ? .addressFull(limit: groupMax) : .serverFull(limit: totalMax)
            statistics.update {
                $0.connectionsRefused += 1
                $0.limitsReached[refusal.limit, default: 0] += 1
            }
            guard state.refusedOpenCount < Self.refusedMax else { return .dropped(refusal) }
            state.refusedOpenCount += 1
            return .refused(refusal)
        }
    }

    /// Takes note that a connection's descriptor is closed.
    func release(_ peer: PeerAddress, wasRefused: Bool) {
        let actions = state.withLock { state in
            if wasRefused {
                state.refusedOpenCount -= 1
            } else {
                state.openCount -= 1
                statistics.update { $0.connectionsOpen -= 1 }
                let groupCount = state.openByGroup[peer.group, default: 0] - 1
                state.openByGroup[peer.group] = groupCount > 0 ? groupCount : nil
            }
            return Self.takeActionsIfEmpty(&state)
        }
        for action in actions { action() }
    }

    /// Calls an action once no connection is open; at once if that is so now.
    func whenEmpty(_ action: @escaping @Sendable () -> Void) {
        let actions = state.withLock { state in
            state.whenEmpty.append(action)
            return Self.takeActionsIfEmpty(&state)
        }
        for action in actions { action() }
    }

    private static func takeActionsIfEmpty(_ state: inout State) -> [@Sendable () -> Void] {
        guard state.isEmpty else { return [] }
        defer { state.whenEmpty = [] }
        return state.whenEmpty
    }
}
