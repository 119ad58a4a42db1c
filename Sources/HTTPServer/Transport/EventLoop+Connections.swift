import Dispatch
import Glibc

extension EventLoop {
    /// Takes over an accepted socket.
    func adopt(_ descriptor: Int32, peer: PeerAddress, refusal: ConnectionRefusal?) {
        lastConnectionID += 1
        let id = lastConnectionID
        let now = clock.now()
        let session = credentials?.makeSession()
        let connection = Connection(
            id: id,
            peer: peer,
            refusal: refusal,
            socket: Self.makeSocket(descriptor, id: id, loop: self),
            session: session,
            machine: ConnectionMachine(
                rules: rules,
                identity: "\(identityPrefix)-\(id)",
                peerAddress: peer.text,
                isSecuring: session != nil,
                now: now
            )
        )
        connections[id] = connection
        if session == nil { beginHTTP(on: connection, at: now) }
        touch(connection)
    }

    /// Refuses the connection or lets it speak, once it can.
    func beginHTTP(on connection: Connection, at now: Moment) {
        if let refusal = connection.refusal {
            connection.machine.refuse(
                status: refusal.status,
                message: refusal.message,
                code: refusal.code,
                at: now
            )
        } else if isDraining {
            connection.machine.drain(at: now)
        }
    }

    /// Builds the socket where no isolation can leak into the handlers; they enter the loop by themselves.
    private nonisolated static func makeSocket(_ descriptor: Int32, id: UInt64, loop: EventLoop) -> ConnectionSocket {
        ConnectionSocket(
            descriptor: descriptor,
            queue: loop.executor.queue,
            onReadable: { [weak loop] in
                loop?.assumeIsolated { $0.turn { $0.readable(id) } }
            },
            onWritable: { [weak loop] in
                loop?.assumeIsolated { $0.turn { $0.writable(id) } }
            }
        )
    }

    /// Puts a connection on the list of those to be served at the end of the turn.
    func touch(_ connection: Connection) {
        guard !connection.isTouched else { return }
        connection.isTouched = true
        touched.append(connection)
    }

    /// Serves every connection that was touched.
    func serveTouched() {
        while !touched.isEmpty {
            let list = touched
            touched.removeAll(keepingCapacity: true)
            for connection in list {
                connection.isTouched = false
                serve(connection)
            }
        }
    }

    private func readable(_ id: UInt64) {
        guard let connection = connections[id] else { return }
        let now = clock.now()
        touch(connection)
        // A few buffers at most, so that one fast sender does not keep the others waiting.
        for _ in 0..<4 where connection.machine.wantsInput {
            let received = scratch.withUnsafeMutableBytes { Socket.receive(connection.socket.descriptor, into: $0) }
            switch received {
            case .bytes(let count):
                if connection.session == nil {
                    connection.machine.receive(scratch.span.extracting(0..<count), at: now)
                } else {
                    unseal(count, for: connection, at: now)
                }
                if count < scratch.count { return }
            case .end: return connection.machine.receiveEnd(at: now)
            case .wouldBlock: return
            case .peerClosed: return connection.machine.fail(at: now)
            }
        }
    }

    private func writable(_ id: UInt64) {
        if let connection = connections[id] { touch(connection) }
    }

    /// Performs what the machine wants, writes its output, and brings sources and deadline up to date.
    private func serve(_ connection: Connection) {
        guard connections[connection.id] != nil else { return }
        performActions(of: connection)
        writeOutput(of: connection)
        performActions(of: connection)
        guard !connection.machine.isClosed else { return }
        let wantsInput = connection.machine.wantsInput
        let waitingBytes = connection.machine.output.count
        connection.socket.setReading(wantsInput)
        connection.socket.setWriting(waitingBytes > 0 || connection.session?.sealed.isEmpty == false)
        connection.writer?.noteUnsent(waitingBytes)
        watched[connection.id] = !wantsInput && connection.machine.isResponding ? connection : nil
        guard let deadline = connection.machine.deadline else { return }
        if let scheduled = connection.scheduledDeadline, scheduled <= deadline { return }
        connection.scheduledDeadline = deadline
        deadlines.insert(DeadlineQueue.Entry(time: deadline, id: connection.id))
    }

    private func writeOutput(of connection: Connection) {
        guard connection.session == nil else { return writeSealed(of: connection) }
        while !connection.machine.output.isEmpty {
            let sent = connection.machine.output.withUnsafeBytes { Socket.send(connection.socket.descriptor, $0) }
            switch sent {
            case .bytes(let count): connection.machine.wrote(count, at: clock.now())
            case .wouldBlock: return
            case .peerClosed: return connection.machine.fail(at: clock.now())
            }
        }
    }

    private func performActions(of connection: Connection) {
        for action in connection.machine.takeActions() {
            switch action {
            case .begin(let request, let number, let handler):
                let address = ExchangeAddress(connection: connection.id, number: number)
                let writer = ResponseWriter(sink: self, address: address)
                connection.writer = writer
                statistics.update { $0.requestsBegun += 1 }
                handler(request, writer)
            case .clientGone(let number):
                if let writer = connection.writer, writer.address.number == number { writer.notifyClosed() }
            case .readerBehind(let isBehind, let number):
                if let writer = connection.writer, writer.address.number == number { writer.notify(isBehind: isBehind) }
            case .record(let record):
                statistics.update { $0.count(record) }
                log(.request(record))
            case .reached(let limit):
                statistics.update { $0.limitsReached[limit, default: 0] += 1 }
            case .shutdownSending:
                shutdownSending(connection)
            case .close:
                close(connection, reset: false)
            case .reset:
                close(connection, reset: true)
            }
        }
    }

    private func close(_ connection: Connection, reset: Bool) {
        connections[connection.id] = nil
        watched[connection.id] = nil
        let registry = registry
        let peer = connection.peer
        let wasRefused = connection.refusal != nil
        connection.socket.close(reset: reset) { registry.release(peer, wasRefused: wasRefused) }
    }
}

extension EventLoop: ResponseSink {
    nonisolated func post(_ event: ResponseEvent, to address: ExchangeAddress) {
        post(.response(event, address))
    }
}
