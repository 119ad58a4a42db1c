/// Names an exchange from outside its event loop.
package struct ExchangeAddress: Sendable, Equatable {
    /// The connection; never used twice by one sink.
    package let connection: UInt64

    /// The number of the request on its connection.
    package let number: Int

    /// Creates an address.
    package init(connection: UInt64, number: Int) {
        self.connection = connection
        self.number = number
    }
}

/// Takes what a handler does to a response; the event loop, or a stand-in for tests without sockets.
package protocol ResponseSink: AnyObject, Sendable {
    /// Takes an event, from any thread; events of one exchange keep their order.
    func post(_ event: ResponseEvent, to address: ExchangeAddress)
}
