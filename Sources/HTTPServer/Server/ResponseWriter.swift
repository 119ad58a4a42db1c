package import HTTPTypes
import Synchronization

/// The answer to one request; usable from any thread.
///
/// Calls are passed to the connection's event loop in order; none of them blocks. Calls that come too late, because the
/// response has ended or the client is gone, do nothing. A writer must be answered: if the last reference goes away
/// first, the client gets 500, or a reset if the response had begun.
package final class ResponseWriter: Sendable {
    private enum Phase {
        case pending
        case streaming
        case ended
    }

    private struct State {
        var phase = Phase.pending
        var isClosed = false
        var closedActions: [@Sendable () -> Void] = []
        var behindAction: (@Sendable (Bool) -> Void)?

        mutating func end() {
            phase = .ended
            closedActions = []
            behindAction = nil
        }
    }

    let address: ExchangeAddress
    private let sink: any ResponseSink
    private let state = Mutex(State())
    private let queuedBytes = Atomic<Int>(0)
    private let unsentBytes = Atomic<Int>(0)

    /// Creates the writer of an exchange.
    ///
    /// - Parameters:
    ///   - sink: Takes the events of this writer.
    ///   - address: Goes with them.
    package init(sink: any ResponseSink, address: ExchangeAddress) {
        self.sink = sink
        self.address = address
    }

    deinit {
        if state.withLock({ $0.phase != .ended }) { sink.post(.abandon, to: address) }
    }

    /// Answers with a whole response.
    ///
    /// `Content-Length`, `Date`, `Server`, `X-Request-Id` and `Connection` are the server's to set. HEAD requests get
    /// the head alone.
    package func respond(status: HTTPResponse.Status, headers: HTTPFields = [:], body: [UInt8] = []) {
        advance(from: .pending, to: .ended, .respond(status, headers, body: body))
    }

    /// Begins a response in pieces: chunked, or ended by the connection's end for HTTP/1.0.
    ///
    /// - Parameters:
    ///   - status: The status.
    ///   - headers: Fields beside the server's own.
    ///   - heartbeat: Sent while nothing else is, and to find out whether a client that sent a FIN still listens. Give
    ///     one to every event stream: `.eventStream`.
    package func startStream(
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        heartbeat: Heartbeat? = nil
    ) {
        advance(from: .pending, to: .streaming, .start(status, headers, heartbeat: heartbeat))
    }

    /// Adds a piece to a stream; pieces of one turn of the event loop are sent with one system call.
    package func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        state.withLock { state in
            guard state.phase == .streaming else { return }
            queuedBytes.add(bytes.count, ordering: .relaxed)
            sink.post(.write(bytes), to: address)
        }
    }

    /// Ends a stream cleanly.
    package func finish() {
        advance(from: .streaming, to: .ended, .finish)
    }

    /// Breaks the response off: the connection is reset, so that the client can tell it from a clean end.
    package func abort() {
        state.withLock { state in
            guard state.phase != .ended else { return }
            state.end()
            sink.post(.abort, to: address)
        }
    }

    /// Registers what is to be done if the client goes away before the response has ended.
    ///
    /// It is called once, on the event loop's queue, within milliseconds of the client's reset or of a FIN from a client
    /// that has really closed (see `ConnectionMachine`); also when a limit or the end of a drain breaks the response
    /// off. If that has happened already, it is called at once on the caller's thread. It is never called after
    /// `respond`, `finish` or `abort`.
    package func onClosed(_ action: @escaping @Sendable () -> Void) {
        let isClosed = state.withLock { state in
            if !state.isClosed, state.phase != .ended { state.closedActions.append(action) }
            return state.isClosed
        }
        if isClosed { action() }
    }

    /// Registers what is to be done when the reader of a stream falls behind (`true`) and when it has caught up.
    ///
    /// It is called in turns, on the event loop's queue. A reader that does not catch up in `writeTimeout` is reset, and
    /// `onClosed` fires. One action at most is kept.
    package func onReaderBehind(_ action: @escaping @Sendable (Bool) -> Void) {
        state.withLock { if $0.phase != .ended { $0.behindAction = action } }
    }

    /// Whether the client went away before the response had ended.
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// How many bytes wait for the client: pieces not handled yet, and output the socket has not taken.
    ///
    /// Beyond `ServerSettings.streamBufferBytesMax` the connection is reset and `onClosed` fires.
    package var pendingBytes: Int {
        queuedBytes.load(ordering: .relaxed) + unsentBytes.load(ordering: .relaxed)
    }

    /// The events are posted under the lock, so that their order is that of the phases.
    private func advance(from expected: Phase, to next: Phase, _ event: ResponseEvent) {
        state.withLock { state in
            guard state.phase == expected else { return }
            if next == .ended { state.end() } else { state.phase = next }
            sink.post(event, to: address)
        }
    }
}

// MARK: - For the owner of the connection

extension ResponseWriter {
    /// Takes note that the client is gone; registered actions are called.
    package func notifyClosed() {
        let actions = state.withLock { state in
            guard state.phase != .ended else { return [@Sendable () -> Void]() }
            state.isClosed = true
            defer { state.end() }
            return state.closedActions
        }
        for action in actions { action() }
    }

    /// Takes note that the reader of the stream has fallen behind, or has caught up.
    func notify(isBehind: Bool) {
        state.withLock { $0.behindAction }?(isBehind)
    }

    /// Takes note that a piece was handled.
    func noteHandled(_ count: Int) {
        queuedBytes.subtract(count, ordering: .relaxed)
    }

    /// Takes note of how much output waits.
    func noteUnsent(_ count: Int) {
        unsentBytes.store(count, ordering: .relaxed)
    }
}
