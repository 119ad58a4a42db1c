import HTTPTypes

/// Connections that speak TLS: their bytes pass through a session on the way to the machine and back.
extension EventLoop {
    /// Hands what was received to the session, and the text that comes of it to the machine.
    func unseal(_ count: Int, for connection: Connection, at now: Moment) {
        guard let session = connection.session else { return }
        session.feed(scratch.span.extracting(0..<count))
        while true {
            switch textScratch.withUnsafeMutableBytes({ session.next(into: $0) }) {
            case .needsMore:
                return
            case .secured:
                statistics.update {
                    $0.handshakesCompleted += 1
                    if session.isResumed { $0.handshakesResumed += 1 }
                }
                connection.machine.secured(at: now)
                beginHTTP(on: connection, at: now)
            case .text(let count):
                connection.machine.receive(textScratch.span.extracting(0..<count), at: now)
            case .end:
                return connection.machine.receiveEnd(at: now)
            case .failed(let error):
                return giveUp(connection, "\(error)", at: now)
            case .notTLS:
                return answerPlainly(connection, at: now)
            }
        }
    }

    /// Lets a client go that broke the protocol; an alert goes out if there is room for it.
    private func giveUp(_ connection: Connection, _ reason: String, at now: Moment) {
        statistics.update { $0.handshakesFailed += 1 }
        log(.handshakeFailed(peerAddress: connection.peer.text, reason: reason))
        if let session = connection.session, !session.sealed.isEmpty {
            _ = session.sealed.withUnsafeBytes { Socket.send(connection.socket.descriptor, $0) }
        }
        connection.machine.fail(at: now)
    }

    /// Tells a client that speaks HTTP where TLS is spoken, in the only words it understands.
    private func answerPlainly(_ connection: Connection, at now: Moment) {
        statistics.update { $0.handshakesFailed += 1 }
        log(.handshakeFailed(peerAddress: connection.peer.text, reason: "plain HTTP"))
        connection.session = nil
        connection.machine.refuse(
            status: .badRequest,
            message: "This port speaks HTTPS; use a URL that begins with https://.",
            code: "https_required",
            at: now
        )
    }

    /// Sends what is sealed, then seals and sends the machine's output record by record.
    ///
    /// The machine is told of its bytes only when the socket has taken all of their record, so that its view of a slow
    /// reader is the same as without TLS.
    func writeSealed(of connection: Connection) {
        guard let session = connection.session else { return }
        while true {
            while !session.sealed.isEmpty {
                switch session.sealed.withUnsafeBytes({ Socket.send(connection.socket.descriptor, $0) }) {
                case .bytes(let count):
                    session.sent(count)
                    // Each byte that the client takes starts its time anew.
                    if !session.sealed.isEmpty { connection.machine.wrote(0, at: clock.now()) }
                case .wouldBlock: return
                case .peerClosed: return connection.machine.fail(at: clock.now())
                }
            }
            if connection.sealedTextBytes > 0 {
                let count = connection.sealedTextBytes
                connection.sealedTextBytes = 0
                connection.machine.wrote(count, at: clock.now())
            }
            guard session.isSecured, !connection.machine.output.isEmpty else { return }
            connection.machine.output.withUnsafeBytes { output in
                let text = output.prefix(TLSSession.recordBytesMax)
                connection.sealedTextBytes = text.count
                session.seal(UnsafeRawBufferPointer(rebasing: text))
            }
        }
    }

    /// Ends the sending side, with TLS's own farewell first.
    func shutdownSending(_ connection: Connection) {
        if let session = connection.session {
            session.sealEnd()
            writeSealed(of: connection)
        }
        connection.socket.shutdownSending()
    }
}
