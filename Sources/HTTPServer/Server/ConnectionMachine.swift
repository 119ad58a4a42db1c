package import HTTPTypes

/// The life of one connection as a state machine without sockets, clocks or threads.
///
/// Bytes, times and the handlers' events go in; `output`, `wantsInput`, `deadline` and actions come out, and whoever
/// drives the machine carries them out after each call. Requests are answered in order: the next one is parsed when
/// the response before it has been handed over, while at most `readAheadBytesMax` bytes are read ahead.
///
/// **When is a client gone?** A FIN alone does not say: a client that closed its socket and one that only closed its
/// sending side (`shutdown(SHUT_WR)`) look the same until something is sent to them. Then the first answers with
/// a reset, and the second reads on. So a FIN never ends a request; if the response is not there `probeDelay` later,
/// the machine sends something that a living client must ignore:
///
/// - before the response of an HTTP/1.1 request has begun, `100 Continue`, which a client that did not ask for it
///   discards (RFC 9110 §15.2.1);
/// - within a stream, its heartbeat (for event streams a comment line); without one, the next piece does the same;
/// - HTTP/1.0 knows no interim responses (RFC 9110 §15.2), so there the request goes on for `halfCloseGrace` and is
///   then given up.
///
/// A reset, a failed write or a full send buffer that nobody empties ends the request at once. Thus `curl` that is
/// interrupted stops its sequence within a round trip, streamed or not, and `printf … | nc -N` still gets its answer.
///
/// **When does a reader fall behind?** When `streamPauseBytes` of its stream wait for it. Its handler is told, so that it
/// can pause, and told again when half of them are taken; the time for that is the one for taking anything at all.
package struct ConnectionMachine: Sendable {
    enum State: Sendable, Equatable {
        /// The TLS handshake runs; no byte of HTTP has come.
        case securing
        /// Between requests; no byte of the next one has come.
        case idle
        /// Within a request head.
        case head
        /// Within a request body.
        case body
        /// A handler has a request.
        case responding
        /// The last response waits to be written; input is dropped.
        case closing
        /// The sending side is shut; input is dropped until the client closes.
        case lingering
        /// The socket is gone.
        case closed
    }

    private let rules: ConnectionRules
    let identity: String
    let peerAddress: String

    var state = State.idle
    var parser: RequestParser
    @Boxed var exchange: Exchange?
    var requestCount = 0
    package internal(set) var isDraining = false
    /// No more input will come: a FIN has been read.
    var inputEnded = false
    /// A FIN has come, though there may be input before it that has not been read.
    var peerStopped = false

    /// Bytes read ahead of the running response, from `readAheadIndex` on.
    var readAhead: [UInt8] = []
    var readAheadIndex = 0

    var handshakeDeadline: Duration?
    var headDeadline: Duration?
    var idleDeadline: Duration?
    var bodyWindowEnd: Duration?
    var bodyBytesAtWindowStart = 0
    var writeDeadline: Duration?
    /// By when the reader of a stream must have caught up; nil while it is not behind.
    var catchUpDeadline: Duration?
    var lingerDeadline: Duration?
    var lingerIdleDeadline: Duration?
    var lingerBytes = 0

    private var actions: [ConnectionAction] = []

    /// What waits to be written.
    package private(set) var output = OutputBuffer()

    /// Starts a connection.
    ///
    /// - Parameters:
    ///   - rules: Limits, timeouts and handlers.
    ///   - identity: Unique among connections; request ids that the server makes up begin with it.
    ///   - peerAddress: The client's address, handed on to handlers.
    ///   - isSecuring: Whether a TLS handshake comes first, after which `secured` is to be called.
    ///   - now: The time of the start.
    package init(
        rules: ConnectionRules,
        identity: String,
        peerAddress: String,
        isSecuring: Bool = false,
        now: Moment
    ) {
        self.rules = rules
        self.identity = identity
        self.peerAddress = peerAddress
        parser = RequestParser(limits: rules.settings.wire)
        if isSecuring {
            state = .securing
            handshakeDeadline = now.time + rules.settings.handshakeTimeout
        } else {
            headDeadline = now.time + rules.settings.headTimeout
        }
    }

    var settings: ServerSettings { rules.settings }

    var router: Router { rules.router }

    /// Takes note that the TLS handshake is done: HTTP begins.
    package mutating func secured(at now: Moment) {
        guard state == .securing else { return }
        handshakeDeadline = nil
        state = .idle
        headDeadline = now.time + settings.headTimeout
        if isDraining { drain(at: now) }
    }

    /// Whether the driver should read from the socket.
    package var wantsInput: Bool {
        guard !inputEnded, state != .closed else { return false }
        return readAhead.count - readAheadIndex < settings.readAheadBytesMax
    }

    /// Whether the connection is over and the machine will do nothing more.
    package var isClosed: Bool { state == .closed }

    /// Whether a handler is at work; then a client's disappearance matters even while no input is wanted.
    package var isResponding: Bool { state == .responding }

    /// When `timePassed` must be called next; nil if never.
    package var deadline: Duration? {
        var earliest: Duration?
        func include(_ time: Duration?) {
            guard let time else { return }
            earliest = earliest.map { min($0, time) } ?? time
        }
        include(handshakeDeadline)
        include(headDeadline)
        include(idleDeadline)
        include(bodyWindowEnd)
        include(writeDeadline)
        include(catchUpDeadline)
        include(lingerDeadline)
        include(lingerIdleDeadline)
        include(exchange?.heartbeatTime)
        include(exchange?.probeTime)
        include(exchange?.graceEnd)
        return earliest
    }

    /// Hands out what is to be done since the last call, in order.
    package mutating func takeActions() -> [ConnectionAction] {
        defer { actions = [] }
        return actions
    }

    /// Takes note that the driver wrote some of `output`.
    package mutating func wrote(_ count: Int, at now: Moment) {
        guard state != .closed else { return }
        output.consume(count)
        writeDeadline = output.isEmpty ? nil : now.time + settings.writeTimeout
        noteBacklog(at: now)
        if state == .closing, output.isEmpty { return enterLingering(at: now) }
        if state == .idle, output.isEmpty { idleDeadline = now.time + settings.idleTimeout }
        advance(at: now)
    }

    /// Takes note that the socket is unusable: the peer reset it or a write failed.
    package mutating func fail(at now: Moment) {
        guard state != .closed else { return }
        giveUp(.clientGone, at: now)
        close(.close)
    }

    /// Stops after the running response: idle connections close at once, others with their response.
    ///
    /// A connection that has had no request yet was opened to send one, which may be on its way: it gets a moment, so
    /// that a proxy that does not know of the drain yet loses nothing.
    package mutating func drain(at now: Moment) {
        isDraining = true
        if state == .securing { return close(.close) }
        guard state == .idle else { return }
        if requestCount == 0, let deadline = headDeadline {
            headDeadline = min(deadline, now.time + settings.drainGrace)
            return
        }
        // With nothing on its way in either direction there is nothing to linger for.
        if output.isEmpty, readAhead.isEmpty { close(.close) } else { enterClosing(at: now) }
    }

    /// Breaks everything off, as at the end of a drain.
    package mutating func terminate(at now: Moment) {
        guard state != .closed else { return }
        giveUp(.aborted, at: now)
        close(.reset)
    }

    /// Refuses the connection with an error that is sent before any request is read.
    package mutating func refuse(status: HTTPResponse.Status, message: String, code: String, at now: Moment) {
        reject(status: status, message: message, code: code, fields: [.retryAfter: "1"], at: now)
    }
}

extension ConnectionMachine {
    mutating func perform(_ action: ConnectionAction) {
        actions.append(action)
    }

    /// Appends to the output and starts the clock of a stalled reader.
    mutating func send(at now: Moment, _ write: (inout [UInt8]) -> Void) {
        output.append(write)
        if writeDeadline == nil, !output.isEmpty { writeDeadline = now.time + settings.writeTimeout }
    }

    /// Ends the running exchange without a response; its handler is told.
    mutating func giveUp(_ outcome: RequestRecord.Outcome, at now: Moment) {
        guard let exchange else { return }
        if exchange.phase != .receiving { perform(.clientGone(number: exchange.number)) }
        record(outcome, at: now)
        self.exchange = nil
    }

    mutating func record(_ outcome: RequestRecord.Outcome, status: Int? = nil, requestID: String = "", at now: Moment) {
        perform(
            .record(
                RequestRecord(
                    requestID: exchange?.requestID ?? requestID,
                    peerAddress: peerAddress,
                    method: exchange?.head.method.rawValue,
                    path: exchange?.head.target.path,
                    route: exchange?.route?.pattern,
                    status: status ?? exchange?.status,
                    bodyBytes: exchange?.bodyBytes ?? 0,
                    duration: now.time - (exchange?.startTime ?? now.time),
                    outcome: outcome
                )
            )
        )
    }

    /// Writes what is left and then closes; input is dropped from here on.
    mutating func enterClosing(at now: Moment) {
        clearDeadlines()
        state = .closing
        readAhead = []
        readAheadIndex = 0
        if output.isEmpty { enterLingering(at: now) }
    }

    /// RFC 9112 §9.6: shut only the sending side first and read on, lest a reset destroy the response on its way.
    mutating func enterLingering(at now: Moment) {
        guard !inputEnded else { return close(.close) }
        state = .lingering
        lingerDeadline = now.time + settings.lingerTimeout
        lingerIdleDeadline = now.time + settings.lingerIdleTimeout
        perform(.shutdownSending)
    }

    mutating func close(_ action: ConnectionAction) {
        clearDeadlines()
        state = .closed
        output.removeAll()
        writeDeadline = nil
        readAhead = []
        perform(action)
    }

    private mutating func clearDeadlines() {
        handshakeDeadline = nil
        headDeadline = nil
        idleDeadline = nil
        bodyWindowEnd = nil
        catchUpDeadline = nil
        lingerDeadline = nil
        lingerIdleDeadline = nil
    }
}
