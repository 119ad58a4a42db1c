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
}
