import HTTPTypes

extension ConnectionMachine {
    /// Whether the next bytes go to the parser.
    private var isReceiving: Bool { state == .idle || state == .head || state == .body }

    /// Takes bytes that the client sent.
    package mutating func receive(_ bytes: Span<UInt8>, at now: Moment) {
        switch state {
        case .closed, .securing:
            return
        case .closing, .lingering:
            drop(bytes.count, at: now)
        case .idle, .head, .body, .responding:
            var index = 0
            if readAhead.isEmpty { parse(bytes, from: &index, at: now) }
            guard index < bytes.count else { break }
            if state == .closing || state == .lingering {
                drop(bytes.count - index, at: now)
            } else if state != .closed {
                bytes.extracting(index..<bytes.count).withUnsafeBufferPointer { readAhead.append(contentsOf: $0) }
            }
        }
        advance(at: now)
    }

    /// Takes note that the client will send nothing more (a FIN was read).
    package mutating func receiveEnd(at now: Moment) {
        guard state != .closed, !inputEnded else { return }
        inputEnded = true
        if state == .lingering || state == .securing { return close(.close) }
        peerStoppedSending(at: now)
        advance(at: now)
    }

    /// Takes note that a FIN has come behind bytes that have not been read because enough is read ahead.
    package mutating func peerStoppedSending(at now: Moment) {
        guard !peerStopped else { return }
        peerStopped = true
        if state == .responding { probeLater(now) }
    }

    /// Goes on with what was read ahead, if nothing stands in the way.
    mutating func advance(at now: Moment) {
        if isReceiving, readAheadIndex < readAhead.count, output.count <= settings.readAheadBytesMax {
            // Moved out while the parser reads it: nothing is copied, and nothing else may append meanwhile.
            let pending = readAhead
            readAhead = []
            var index = readAheadIndex
            parse(pending.span, from: &index, at: now)
            if state == .closing || state == .lingering {
                drop(pending.count - index, at: now)
            } else if state != .closed, index < pending.count {
                readAhead = pending
                readAheadIndex = index
            } else {
                readAheadIndex = 0
            }
        }
        guard inputEnded, isReceiving, readAheadIndex >= readAhead.count else { return }
        // RFC 9112 §8: an incomplete request gets no answer; and after a FIN there will be no other.
        if exchange != nil { giveUp(.clientGone, at: now) }
        enterClosing(at: now)
    }

    /// Parses until a handler has a request, the connection closes, or the bytes or the room for output run out.
    private mutating func parse(_ bytes: Span<UInt8>, from index: inout Int, at now: Moment) {
        while isReceiving, output.count <= settings.readAheadBytesMax {
            do throws(HTTPParseError) {
                switch try parser.next(bytes, from: &index) {
                case .needsMore:
                    noteProgress(at: now)
                    return
                case .head(let head):
                    begin(head, at: now)
                case .complete:
                    completeRequest(at: now)
                }
            } catch {
                reject(error, at: now)
            }
        }
    }

    private mutating func noteProgress(at now: Moment) {
        guard state == .idle, parser.isInsideRequest else { return }
        state = .head
        idleDeadline = nil
        if headDeadline == nil { headDeadline = now.time + settings.headTimeout }
    }

    /// Counts and drops input behind the last response.
    private mutating func drop(_ count: Int, at now: Moment) {
        lingerBytes += count
        if lingerBytes > settings.lingerBytesMax {
            close(.close)
        } else if state == .lingering {
            lingerIdleDeadline = now.time + settings.lingerIdleTimeout
        }
    }

    private mutating func begin(_ head: RequestHead, at now: Moment) {
        headDeadline = nil
        idleDeadline = nil
        requestCount += 1
        let match = router.match(head.method, head.target)
        exchange = Exchange(
            number: requestCount,
            head: head,
            match: match,
            requestID: Self.sanitizedRequestID(head.fields[.requestID]) ?? makeRequestID(),
            startTime: now.time
        )
        state = .body
        bodyWindowEnd = now.time + settings.bodyWindow
        bodyBytesAtWindowStart = 0
        guard head.framing != .none else { return }
        if case .route = match {
            // RFC 9110 §10.1.1: only now is it known that the body is wanted.
            if head.expectsContinue { send(at: now) { $0.append(contentsOf: ResponseHead.continueBytes) } }
        } else if head.expectsContinue {
            // The client holds the body back, or sends it anyway: which, cannot be told, so the connection ends.
            exchange?.closesAfterwards = true
            completeRequest(at: now)
        } else {
            parser.discardBody()
        }
    }

    private mutating func completeRequest(at now: Moment) {
        guard var current = exchange else { preconditionFailure("a request is complete that never began") }
        bodyWindowEnd = nil
        current.phase = .pending
        exchange = current
        state = .responding
        guard case .route(let route, let parameter) = current.match else {
            return answerWithoutRoute(current.match, at: now)
        }
        let head = current.head
        let request = ServerRequest(
            method: head.method,
            path: head.target.path,
            target: head.target.raw,
            query: head.target.query,
            route: route.pattern,
            pathParameter: parameter,
            // RFC 9112 §3.2.2: the authority of an absolute target replaces the Host field.
            authority: head.target.authority ?? head.fields[.hostField],
            headerFields: head.fields,
            body: parser.takeBody(),
            peerAddress: peerAddress,
            requestID: current.requestID
        )
        perform(.begin(request, number: current.number, handler: route.handler))
        if peerStopped { probeLater(now) }
    }

    /// Lets it be found out soon whether the client still listens.
    private mutating func probeLater(_ now: Moment) {
        let time = now.time + settings.probeDelay
        exchange?.probeTime = time
    }

    /// Sends what makes a closed socket answer with a reset; see the type's description.
    mutating func probe(at now: Moment) {
        guard let exchange else { return }
        self.exchange?.probeTime = nil
        switch exchange.phase {
        case .receiving:
            break
        case .pending where exchange.head.version == .http11:
            send(at: now) { $0.append(contentsOf: ResponseHead.continueBytes) }
        case .pending:
            let end = now.time + settings.halfCloseGrace
            self.exchange?.graceEnd = end
        case .streaming:
            sendHeartbeat(at: now)
        }
    }

    func makeRequestID() -> String {
        "\(identity)-\(requestCount)"
    }

    /// A client's request id if it is visible ASCII of at most 128 bytes; else nil.
    private static func sanitizedRequestID(_ value: String?) -> String? {
        guard let value, (1...128).contains(value.utf8.count), value.utf8.allSatisfy(ByteClass.isVisible) else {
            return nil
        }
        return value
    }
}
