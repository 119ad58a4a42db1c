/// What other threads ask of an event loop.
enum LoopCommand: Sendable {
    /// Take over an accepted descriptor; with a refusal, only to answer it.
    case adopt(descriptor: Int32, peer: PeerAddress, refusal: ConnectionRefusal?)
    /// Carry out what a handler did.
    case response(ResponseEvent, ExchangeAddress)
    /// Finish running responses, accept no further requests.
    case drain
    /// Break everything off.
    case terminate
    /// Let go of the loop's own resources; every connection is gone.
    case stop
}
