import HTTPTypes

extension ConnectionMachine {
    /// Does what is due; to be called at `deadline` or later.
    package mutating func timePassed(at now: Moment) {
        guard state != .closed else { return }
        let isDue = { (time: Duration?) in time.map { $0 <= now.time } ?? false }
        if isDue(writeDeadline) || isDue(catchUpDeadline) {
            perform(.reached(.writeTime))
            giveUp(.clientGone, at: now)
            close(.reset)
        } else if isDue(lingerDeadline) || isDue(lingerIdleDeadline) {
            close(.close)
        } else if isDue(idleDeadline) {
            perform(.reached(.idleTime))
            close(.close)
        } else if isDue(handshakeDeadline) {
            perform(.reached(.handshakeTime))
            close(.close)
        } else if isDue(headDeadline) {
            headIsLate(at: now)
        } else if isDue(bodyWindowEnd) {
            endBodyWindow(at: now)
        } else if isDue(exchange?.probeTime) {
            probe(at: now)
        } else if isDue(exchange?.graceEnd) {
            giveUp(.clientGone, at: now)
            close(.reset)
        } else if isDue(exchange?.heartbeatTime) {
            sendHeartbeat(at: now)
        }
    }

    /// Whether it is the unread output, and not the client's slow input, that keeps the request from being parsed.
    private var isHeldBack: Bool { output.count > settings.readAheadBytesMax }

    /// RFC 9110 §15.5.9: 408 tells a slow client; one that never spoke is let go silently, as it may be a preconnect.
    private mutating func headIsLate(at now: Moment) {
        guard !isHeldBack else {
            headDeadline = now.time + settings.headTimeout
            return
        }
        // Silence at the end of a drain's grace is nobody's fault.
        if !isDraining { perform(.reached(.headTime)) }
        guard parser.isInsideRequest else { return close(.close) }
        reject(
            status: .requestTimeout,
            message: "The request head did not arrive in time.",
            code: "request_timeout",
            at: now
        )
    }

    /// Each window is judged alone, so that a fast beginning does not pay for a long stall.
    private mutating func endBodyWindow(at now: Moment) {
        guard !isHeldBack else {
            bodyWindowEnd = now.time + settings.bodyWindow
            return
        }
        let received = parser.bodyBytesReceived - bodyBytesAtWindowStart
        let seconds = settings.bodyWindow / .seconds(1)
        guard Double(received) >= Double(settings.bodyRateMin) * seconds else {
            perform(.reached(.bodyRate))
            let message = "The request body arrived more slowly than \(settings.bodyRateMin) bytes per second."
            return reject(status: .requestTimeout, message: message, code: "request_timeout", at: now)
        }
        bodyBytesAtWindowStart = parser.bodyBytesReceived
        bodyWindowEnd = now.time + settings.bodyWindow
    }
}
