/// What a server has done since it was started; a snapshot.
package struct ServerCounters: Sendable, Equatable {
    /// Connections that were accepted, refused ones not included.
    package var connectionsAccepted = 0

    /// Connections that were refused because of a limit.
    package var connectionsRefused = 0

    /// Connections that are open now, refused ones that still get their answer not included.
    package var connectionsOpen = 0

    /// Requests that handlers got.
    package var requestsBegun = 0

    /// Exchanges that ended, in whichever way; those without a handler included.
    package var requestsEnded = 0

    /// Exchanges whose client left before the response was complete.
    package var requestsAbandoned = 0

    /// Exchanges that were broken off by the handler, a limit or a drain's deadline.
    package var requestsAborted = 0

    /// Responses by the first digit of their status, index 0 for 1xx.
    package var responsesByClass = [0, 0, 0, 0, 0]

    /// How often clients ran into each limit.
    package var limitsReached: [ServerLimit: Int] = [:]

    /// TLS handshakes that were completed, resumed sessions included.
    package var handshakesCompleted = 0

    /// TLS handshakes that took up an earlier session.
    package var handshakesResumed = 0

    /// TLS connections that the client or the server ended for a breach of the protocol.
    package var handshakesFailed = 0

    /// Exchanges by what labels them in metrics.
    package var exchanges: [ExchangeLabels: Int] = [:]

    /// Times of exchanges by route.
    package var durations: [String: DurationHistogram] = [:]

    /// Creates counters that have counted nothing.
    package init() {}

    /// Counts an exchange that ended.
    mutating func count(_ record: RequestRecord) {
        requestsEnded += 1
        if record.outcome == .clientGone { requestsAbandoned += 1 }
        if record.outcome == .aborted { requestsAborted += 1 }
        if let status = record.status, (100..<600).contains(status) { responsesByClass[status / 100 - 1] += 1 }
        let labels = ExchangeLabels(record)
        exchanges[labels, default: 0] += 1
        durations[labels.route, default: DurationHistogram()].add(record.duration)
    }
}
