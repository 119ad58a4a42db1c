import Dispatch
import Glibc

/// Accepts connections and deals them out to the event loops, on a queue of its own.
actor Acceptor {
    /// How long to wait when the system has no descriptors or memory left.
    private static let pause = DispatchTimeInterval.milliseconds(100)

    nonisolated let executor = QueueExecutor(label: "http.accept")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let descriptor: Int32
    private let loops: [EventLoop]
    private let registry: ConnectionRegistry
    private let log: @Sendable (ServerEvent) -> Void
    private var source: (any DispatchSourceRead)?
    private var isPaused = false
    private var nextLoop = 0

    /// Takes over a listening, nonblocking descriptor.
    init(
        descriptor: Int32,
        loops: [EventLoop],
        registry: ConnectionRegistry,
        log: @escaping @Sendable (ServerEvent) -> Void
    ) {
        self.descriptor = descriptor
        self.loops = loops
        self.registry = registry
        self.log = log
    }

    /// Begins to accept.
    nonisolated func start() {
        executor.queue.sync { assumeIsolated { $0.listen() } }
    }

    /// Closes the listening socket; no command is posted to the loops once this has returned.
    func stop() async {
        guard let source else { return }
        // Those that wait in the kernel's queue would be reset when it goes.
        acceptWaiting()
        self.source = nil
        let descriptor = descriptor
        let wasPaused = isPaused
        await withCheckedContinuation { continuation in
            Self.onCancel(of: source) {
                _ = close(descriptor)
                continuation.resume()
            }
            source.cancel()
            if wasPaused { source.resume() }
        }
    }

    private func listen() {
        let source = Self.makeSource(descriptor, for: self)
        self.source = source
        source.resume()
    }

    private nonisolated static func makeSource(_ descriptor: Int32, for acceptor: Acceptor) -> any DispatchSourceRead {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: acceptor.executor.queue)
        source.setEventHandler { [weak acceptor] in acceptor?.assumeIsolated { $0.acceptWaiting() } }
        return source
    }

    private nonisolated static func onCancel(
        of source: any DispatchSourceRead,
        _ action: @escaping @Sendable () -> Void
    ) {
        source.setCancelHandler(handler: action)
    }

    private func acceptWaiting() {
        guard source != nil else { return }
        for _ in 0..<64 {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = withUnsafeMutableBytes(of: &storage) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { accept(descriptor, $0.baseAddress, &length) }
            }
            if accepted >= 0 {
                deal(accepted, peer: PeerAddress(storage))
                continue
            }
            switch errno {
            case EAGAIN, EWOULDBLOCK: return
            // The client left before it was accepted, or the network had a fault: the next one may be fine.
            case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, EPERM: continue
            case let code:
                log(.acceptFailed(code: code))
                return pauseAccepting()
            }
        }
    }

    private func deal(_ accepted: Int32, peer: PeerAddress) {
        Socket.configureAccepted(accepted)
        let admission = registry.admit(peer)
        switch admission {
        case .accepted:
            loops[nextLoop].post(.adopt(descriptor: accepted, peer: peer, refusal: nil))
            nextLoop = (nextLoop + 1) % loops.count
        case .refused(let refusal):
            log(.connectionRefused(peerAddress: peer.text, refusal))
            loops[nextLoop].post(.adopt(descriptor: accepted, peer: peer, refusal: refusal))
        case .dropped(let refusal):
            log(.connectionRefused(peerAddress: peer.text, refusal))
            Socket.resetOnClose(accepted)
            close(accepted)
        }
    }

    /// The waiting connection stays in the kernel's queue, so the source would fire without end.
    private func pauseAccepting() {
        guard let source, !isPaused else { return }
        isPaused = true
        source.suspend()
        executor.queue.asyncAfter(deadline: .now() + Self.pause) { self.assumeIsolated { $0.resumeAccepting() } }
    }

    private func resumeAccepting() {
        guard isPaused else { return }
        isPaused = false
        source?.resume()
    }
}
