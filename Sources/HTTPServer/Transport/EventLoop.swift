import Dispatch
import Glibc
import Synchronization

/// Owns a share of the connections and drives their machines, on one serial queue.
///
/// Work comes in *turns*: an event of a source, or commands from other threads. At the end of a turn every connection
/// that was touched is served once: its machine's actions are performed, its output is written with one call, and its
/// sources and deadline are brought up to date. Commands that handlers post during a turn are part of it.
actor EventLoop {
    private struct Mailbox {
        var commands: [LoopCommand] = []
        /// A turn is running or has been asked for, so nobody needs to ask for another.
        var isAwake = false
    }

    /// How often clients whose input is not read are checked for having left.
    private static let watchInterval = Duration.milliseconds(10)

    /// How many rounds of commands one turn takes before the sources' events get their chance.
    private static let roundsMax = 16

    nonisolated let executor: QueueExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private nonisolated let mailbox = Mutex(Mailbox())
    let rules: ConnectionRules
    let registry: ConnectionRegistry
    let statistics: ServerStatistics
    let credentials: TLSCredentials?
    let identityPrefix: String
    let log: @Sendable (ServerEvent) -> Void

    var connections: [UInt64: Connection] = [:]
    var touched: [Connection] = []
    var watched: [UInt64: Connection] = [:]
    var deadlines = DeadlineQueue()
    var clock = SystemClock()
    var scratch = [UInt8](repeating: 0, count: 64 * 1024)
    /// For the text of one TLS record.
    var textScratch: [UInt8]
    var lastConnectionID: UInt64 = 0
    var isDraining = false
    private var nextWatch: Duration?
    private var timer: (any DispatchSourceTimer)?
    private var timerTime: Duration?

    /// Creates a loop.
    ///
    /// - Parameters:
    ///   - index: Its number, for the queue's label.
    ///   - rules: Limits, timeouts and handlers of connections.
    ///   - registry: Counts connections for all loops.
    ///   - statistics: Counts everything else.
    ///   - credentials: What is needed to speak TLS; nil speaks plain HTTP.
    ///   - identityPrefix: Begins the request ids made up here; unique among loops and processes.
    ///   - log: Gets events, on this loop's queue.
    init(
        index: Int,
        rules: ConnectionRules,
        registry: ConnectionRegistry,
        statistics: ServerStatistics,
        credentials: TLSCredentials?,
        identityPrefix: String,
        log: @escaping @Sendable (ServerEvent) -> Void
    ) {
        executor = QueueExecutor(label: "http.loop.\(index)")
        self.rules = rules
        self.registry = registry
        self.statistics = statistics
        self.credentials = credentials
        self.identityPrefix = identityPrefix
        self.log = log
        textScratch = [UInt8](repeating: 0, count: credentials == nil ? 0 : TLSSession.recordBytesMax)
    }

    /// Hands a command over; never blocks for long.
    nonisolated func post(_ command: LoopCommand) {
        let mustWake = mailbox.withLock { box in
            box.commands.append(command)
            defer { box.isAwake = true }
            return !box.isAwake
        }
        if mustWake { wake() }
    }

    private nonisolated func wake() {
        executor.queue.async { self.assumeIsolated { $0.turn { _ in } } }
    }

    /// Runs one turn; called on the queue.
    func turn(_ event: (isolated EventLoop) -> Void) {
        mailbox.withLock { $0.isAwake = true }
        event(self)
        serveTouched()
        var rounds = 0
        while let commands = takeCommands() {
            for command in commands { carryOut(command) }
            serveTouched()
            rounds += 1
            if rounds == Self.roundsMax {
                // Still marked as awake, so nobody else will ask for the turn that goes on with the rest.
                wake()
                break
            }
        }
        armTimer()
    }

    /// The commands at hand, or nil if there are none; then the loop is no longer awake.
    private func takeCommands() -> [LoopCommand]? {
        mailbox.withLock { box in
            guard !box.commands.isEmpty else {
                box.isAwake = false
                return nil
            }
            defer { box.commands = [] }
            return box.commands
        }
    }

    private func carryOut(_ command: LoopCommand) {
        switch command {
        case .adopt(let descriptor, let peer, let refusal):
            adopt(descriptor, peer: peer, refusal: refusal)
        case .response(let event, let address):
            guard let connection = connections[address.connection] else { return }
            if case .write(let bytes) = event { connection.writer?.noteHandled(bytes.count) }
            connection.machine.handle(event, number: address.number, at: clock.now())
            touch(connection)
        case .drain:
            isDraining = true
            forEachConnection { $0.machine.drain(at: $1) }
        case .terminate:
            forEachConnection { $0.machine.terminate(at: $1) }
        case .stop:
            deadlines = DeadlineQueue()
            timer?.cancel()
            timer = nil
        }
    }

    private func forEachConnection(_ body: (Connection, Moment) -> Void) {
        let now = clock.now()
        for connection in connections.values {
            body(connection, now)
            touch(connection)
        }
    }

    // MARK: - Time

    /// Sets the timer to the earliest deadline, unless it will come no later anyway.
    private func armTimer() {
        if watched.isEmpty {
            nextWatch = nil
        } else if nextWatch == nil {
            nextWatch = clock.now().time + Self.watchInterval
        }
        guard let due = [deadlines.earliest, nextWatch].compactMap(\.self).min() else { return }
        if let timerTime, timerTime <= due { return }
        timerTime = due
        let delay = max(.zero, due - clock.now().time)
        let nanoseconds = delay.components.seconds * 1_000_000_000 + delay.components.attoseconds / 1_000_000_000
        loopTimer().schedule(deadline: .now() + .nanoseconds(Int(nanoseconds)), leeway: .milliseconds(1))
    }

    private func loopTimer() -> any DispatchSourceTimer {
        if let timer { return timer }
        let created = Self.makeTimer(for: self)
        timer = created
        return created
    }

    private nonisolated static func makeTimer(for loop: EventLoop) -> any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: loop.executor.queue)
        timer.setEventHandler { [weak loop] in
            loop?.assumeIsolated { $0.turn { $0.timerFired() } }
        }
        timer.resume()
        return timer
    }

    private func timerFired() {
        timerTime = nil
        let now = clock.now()
        while let entry = deadlines.removeDue(at: now.time) {
            guard let connection = connections[entry.id], connection.scheduledDeadline == entry.time else { continue }
            connection.scheduledDeadline = nil
            if let deadline = connection.machine.deadline, deadline <= now.time {
                connection.machine.timePassed(at: now)
            }
            touch(connection)
        }
        if let due = nextWatch, due <= now.time {
            nextWatch = nil
            checkWatched(at: now)
        }
    }

    /// Asks the kernel about clients whose input is not read, so that no source would tell of a reset.
    private func checkWatched(at now: Moment) {
        let list = Array(watched.values)
        var polls = list.map {
            pollfd(fd: $0.socket.descriptor, events: $0.machine.peerStopped ? 0 : Self.pollPeerStopped, revents: 0)
        }
        guard poll(&polls, nfds_t(polls.count), 0) > 0 else { return }
        for (connection, result) in zip(list, polls) where result.revents != 0 {
            if Int32(result.revents) & (POLLERR | POLLHUP) != 0 {
                connection.machine.fail(at: now)
            } else {
                connection.machine.peerStoppedSending(at: now)
            }
            touch(connection)
        }
    }

    /// `POLLRDHUP` of Linux's `<poll.h>`, which Glibc's module hides behind `_GNU_SOURCE`.
    private static let pollPeerStopped: Int16 = 0x2000
}
