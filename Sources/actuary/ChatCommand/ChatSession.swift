import Dispatch
import Glibc

/// Connects a conversation with the terminal and the server.
///
/// Lines, signals and answers come from threads of their own into one stream of events; the conversation itself is
/// handled by the caller's task alone.
struct ChatSession {
    private let client: HTTPClient
    private let isInteractive: Bool
    private let input = DispatchQueue(label: "chat.input")
    private let clock = ContinuousClock()

    /// - Parameters:
    ///   - client: Speaks with the server.
    ///   - isInteractive: Whether a person sits there, whose Ctrl-C stops an answer; in a pipe it ends the program.
    init(client: HTTPClient, isInteractive: Bool) {
        self.client = client
        self.isInteractive = isInteractive
    }

    /// Runs until the user ends it.
    ///
    /// - Returns: Whether a turn that was read from a pipe got no answer.
    func run(_ machine: ChatMachine) async -> Bool {
        let (events, mailbox) = AsyncStream<ChatEvent>.makeStream()
        let interrupts = isInteractive ? watchInterrupts(mailbox) : nil
        defer { interrupts?.cancel() }
        var machine = machine
        var request: RunningRequest?
        let start = clock.now
        if let hasFailed = perform(machine.start(), &request, mailbox) { return hasFailed }
        for await event in events {
            let actions = machine.handle(event, at: start.duration(to: clock.now))
            if let hasFailed = perform(actions, &request, mailbox) { return hasFailed }
        }
        return false
    }

    /// Does what the conversation wants, and tells when it has ended.
    private func perform(
        _ actions: [ChatAction],
        _ request: inout RunningRequest?,
        _ mailbox: AsyncStream<ChatEvent>.Continuation
    ) -> Bool? {
        for action in actions {
            switch action {
            case .write(let text): StandardStream.output.write(text)
            case .complain(let text): StandardStream.error.write("actuary: \(text)\n")
            case .readLine:
                input.async { mailbox.yield(Swift.readLine().map(ChatEvent.line) ?? .endOfInput) }
            case .findModel: findModel(mailbox)
            case .ask(let turn, let body):
                request = client.start("/v1/chat/completions", body: body) { mailbox.yield(.reply(turn: turn, $0)) }
            case .cancel: request?.cancel()
            case .end(let hasFailed): return hasFailed
            }
        }
        return nil
    }

    private func findModel(_ mailbox: AsyncStream<ChatEvent>.Continuation) {
        Task {
            do throws(ClientError) {
                mailbox.yield(.model(try await client.firstModel()))
            } catch {
                mailbox.yield(.modelFailed(error))
            }
        }
    }

    /// Turns SIGINT into an event instead of the end of the process.
    private func watchInterrupts(_ mailbox: AsyncStream<ChatEvent>.Continuation) -> any DispatchSourceSignal {
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { mailbox.yield(.interrupt) }
        source.resume()
        return source
    }
}
