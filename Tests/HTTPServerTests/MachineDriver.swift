import HTTPTypes

@testable import HTTPServer

/// Drives a connection's machine by hand: time stands still until it is moved, and output is collected.
struct MachineDriver {
    var machine: ConnectionMachine
    var time = Duration.zero
    /// Requests that handlers were given, with their numbers.
    var begun: [(request: ServerRequest, number: Int)] = []
    var gone: [Int] = []
    /// Whenever the reader of a stream fell behind, and when it had caught up.
    var behind: [Bool] = []
    var limits: [ServerLimit] = []
    var records: [RequestRecord] = []
    /// `shutdownSending`, `close` and `reset`, in order.
    var ending: [String] = []
    /// Whether output is taken as soon as it is there.
    var takesOutput = true
    private(set) var sent = ""

    static let router = Router([
        Route(.get, "/a", headers: [.cacheControl: "no-store"]) { _, _ in },
        Route(.get, "/b") { _, _ in },
        Route(.post, "/p") { _, _ in },
    ])

    init(_ change: (inout ServerSettings) -> Void = { _ in }) {
        var settings = ServerSettings()
        change(&settings)
        machine = ConnectionMachine(
            rules: ConnectionRules(settings: settings, router: Self.router),
            identity: "id",
            peerAddress: "192.0.2.1",
            now: Moment(time: .zero, date: "D")
        )
    }

    var now: Moment { Moment(time: time, date: "D") }

    mutating func receive(_ text: String) {
        machine.receive(Array(text.utf8).span, at: now)
        settle()
    }

    mutating func receiveEnd() {
        machine.receiveEnd(at: now)
        settle()
    }

    mutating func handle(_ event: ResponseEvent, number: Int) {
        machine.handle(event, number: number, at: now)
        settle()
    }

    mutating func respond(_ text: String = "ok", number: Int, status: HTTPResponse.Status = .ok) {
        handle(.respond(status, [:], body: Array(text.utf8)), number: number)
    }

    mutating func startStream(number: Int, heartbeat: Heartbeat? = nil) {
        handle(.start(.ok, [:], heartbeat: heartbeat), number: number)
    }

    mutating func write(_ text: String, number: Int) {
        handle(.write(Array(text.utf8)), number: number)
    }

    /// Moves time, stopping at every deadline on the way.
    mutating func wait(_ duration: Duration) {
        let end = time + duration
        while let deadline = machine.deadline, deadline <= end {
            time = max(time, deadline)
            machine.timePassed(at: now)
            settle()
        }
        time = end
    }

    /// What was sent since the last call.
    mutating func takeSent() -> String {
        defer { sent = "" }
        return sent
    }

    mutating func takeOutput(_ count: Int) {
        machine.output.withUnsafeBytes { sent += String(decoding: $0.prefix(count), as: UTF8.self) }
        machine.wrote(count, at: now)
        settle()
    }

    mutating func drain() {
        machine.drain(at: now)
        settle()
    }

    mutating func fail() {
        machine.fail(at: now)
        settle()
    }

    mutating func settle() {
        collectActions()
        while takesOutput, !machine.output.isEmpty { takeOutput(machine.output.count) }
        collectActions()
    }

    private mutating func collectActions() {
        for action in machine.takeActions() {
            switch action {
            case .begin(let request, let number, _): begun.append((request, number))
            case .clientGone(let number): gone.append(number)
            case .readerBehind(let isBehind, _): behind.append(isBehind)
            case .record(let record): records.append(record)
            case .reached(let limit): limits.append(limit)
            case .shutdownSending: ending.append("shutdown")
            case .close: ending.append("close")
            case .reset: ending.append("reset")
            }
        }
    }
}
