import Dispatch
import Glibc
import Synchronization

/// An HTTP/1.1 server on POSIX sockets.
///
/// ```swift
/// let server = HTTPServer(settings: ServerSettings(), router: Router([
///     Route(.get, "/health") { _, writer in writer.respond(status: .ok, body: Array("ok".utf8)) },
/// ])) { event in … }
/// let address = try server.start()
/// …
/// await server.drain(deadline: .seconds(120))
/// ```
package final class HTTPServer: Sendable {
    private enum Stage {
        case new
        case running(Acceptor)
        case draining
    }

    private let settings: ServerSettings
    private let registry: ConnectionRegistry
    private let statistics: ServerStatistics
    private let credentials: TLSCredentials?
    private let loops: [EventLoop]
    private let log: @Sendable (ServerEvent) -> Void
    private let stage = Mutex(Stage.new)

    /// Creates a server that does not listen yet.
    ///
    /// - Parameters:
    ///   - settings: Address and limits.
    ///   - router: Finds the handlers.
    ///   - credentials: What is needed to speak TLS; nil serves plain HTTP.
    ///   - statistics: Counts what happens, for whoever made it.
    ///   - log: Gets events, on the event loops' queues; must return quickly.
    package init(
        settings: ServerSettings,
        router: Router,
        credentials: TLSCredentials? = nil,
        statistics: ServerStatistics = ServerStatistics(),
        log: @escaping @Sendable (ServerEvent) -> Void
    ) {
        self.settings = settings
        self.credentials = credentials
        self.statistics = statistics
        self.log = log
        let registry = ConnectionRegistry(
            connectionsPerAddressMax: settings.connectionsPerAddressMax,
            connectionCountMax: settings.connectionCountMax,
            statistics: statistics
        )
        self.registry = registry
        let rules = ConnectionRules(settings: settings, router: router)
        let process = String(UInt32.random(in: .min ... .max), radix: 16)
        loops = (0..<Self.loopCount(settings)).map { index in
            EventLoop(
                index: index,
                rules: rules,
                registry: registry,
                statistics: statistics,
                credentials: credentials,
                identityPrefix: "req-\(process)-\(index)",
                log: log
            )
        }
    }

    /// Binds and begins to accept.
    ///
    /// - Returns: The address and port that clients can connect to.
    package func start() throws(TransportError) -> BoundAddress {
        // Every connection needs a descriptor, and the rest of the process some too.
        DescriptorLimit.raise(to: settings.connectionCountMax + 1024)
        guard stage.withLock({ if case .new = $0 { true } else { false } }) else { throw .alreadyStarted }
        let (descriptor, address) = try ListeningSocket.open(host: settings.host, port: settings.port)
        let acceptor = Acceptor(descriptor: descriptor, loops: loops, registry: registry, log: log)
        stage.withLock { $0 = .running(acceptor) }
        acceptor.start()
        return address
    }

    /// Stops accepting, lets running requests finish, and closes every connection.
    ///
    /// Idle connections are closed at once; others answer the request they are in with `Connection: close`. Connections
    /// that are left at the deadline are reset and their writers' `onClosed` actions are called. A server that was
    /// drained cannot be started again.
    ///
    /// - Parameter deadline: How long to wait.
    /// - Returns: Whether every connection ended by itself.
    @discardableResult
    package func drain(deadline: Duration) async -> Bool {
        let before = stage.withLock { stage in
            defer { stage = .draining }
            return stage
        }
        if case .running(let acceptor) = before { await acceptor.stop() }
        for loop in loops { loop.post(.drain) }
        let timer = Task { [loops] in
            guard (try? await Task.sleep(for: deadline)) != nil else { return false }
            for loop in loops { loop.post(.terminate) }
            return true
        }
        await withCheckedContinuation { continuation in registry.whenEmpty { continuation.resume() } }
        timer.cancel()
        for loop in loops { loop.post(.stop) }
        return await !timer.value
    }

    /// What the server has done so far.
    package var counters: ServerCounters { statistics.counters }

    /// Half of the processors, since the other half computes; at most 4.
    private static func loopCount(_ settings: ServerSettings) -> Int {
        guard settings.eventLoopCount == 0 else { return settings.eventLoopCount }
        return max(1, min(4, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2))
    }
}
