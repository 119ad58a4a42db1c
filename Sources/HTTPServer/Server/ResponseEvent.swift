package import HTTPTypes

/// What a handler does to a response; the connection's machine carries it out.
package enum ResponseEvent: Sendable {
    /// The whole response.
    case respond(HTTPResponse.Status, HTTPFields, body: [UInt8])
    /// The head of a response whose body comes in pieces.
    case start(HTTPResponse.Status, HTTPFields, heartbeat: Heartbeat?)
    /// A piece of the body.
    case write([UInt8])
    /// The clean end of a response in pieces.
    case finish
    /// An end that the client must be able to tell from a clean one.
    case abort
    /// The handler lost the writer without an end.
    case abandon
}

/// Bytes that a reader of a stream ignores, sent while nothing else is.
///
/// They keep proxies from closing the connection, and they are how a vanished client is found (see `ConnectionMachine`).
package struct Heartbeat: Sendable, Equatable {
    /// The bytes, for instance a comment of an event stream.
    package var bytes: [UInt8]

    /// The silence after which they are sent.
    package var interval: Duration

    /// Creates a heartbeat.
    package init(bytes: [UInt8], interval: Duration) {
        self.bytes = bytes
        self.interval = interval
    }

    /// A comment every 15 seconds, for `text/event-stream`.
    package static let eventStream = Heartbeat(bytes: EventStream.heartbeat, interval: .seconds(15))
}
