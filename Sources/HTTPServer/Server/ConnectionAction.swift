/// What a connection's machine asks of whoever owns the socket and the handlers.
package enum ConnectionAction: Sendable {
    /// Call the handler; its events come back under this number.
    case begin(ServerRequest, number: Int, handler: HTTPHandler)
    /// Tell the handler of this request that nobody waits for its answer.
    case clientGone(number: Int)
    /// Tell the handler of this request that the reader of its stream has fallen behind, or has caught up again.
    case readerBehind(Bool, number: Int)
    /// Log and count a finished exchange.
    case record(RequestRecord)
    /// Count that a client ran into a limit.
    case reached(ServerLimit)
    /// Shut the sending side of the socket and go on reading.
    case shutdownSending
    /// Close the socket.
    case close
    /// Close the socket so that the client sees a reset.
    case reset
}
