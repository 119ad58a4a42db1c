import ArgumentParser
import Foundation
import Glibc

/// `actuary chat`: a conversation with a running server.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talks to a running server in the terminal.",
        discussion: """
            Each line that is typed, or read from a pipe, is a turn. Thoughts are shown dimmed, then the answer, then \
            the tokens that it used. Ctrl-C stops an answer, Ctrl-D ends; /help lists the commands.
            """
    )

    @Option(help: "The server.")
    var url = ServerAddress.standard

    @Option(help: "The model to ask, instead of the server's first one.")
    var model: String?

    @Option(
        parsing: .unconditional,
        help: "The bound of each thought, in tokens; 0 for no thoughts, -1 for the server's default."
    )
    var maxThinkTokens: Int?

    @Flag(help: "Answer without thinking; the same as --max-think-tokens 0.")
    var noThink = false

    @Option(help: "How much chance there is in the choice of each token, 0 to 2; 0 is none.")
    var temperature: Double?

    @Option(help: "Instructions to the model, before the first turn.")
    var system: String?

    @Option(help: "The bound of thought and answer together, in tokens.")
    var maxTokens: Int?

    func validate() throws {
        if noThink, maxThinkTokens != nil {
            throw ValidationError("--no-think and --max-think-tokens contradict each other; give one of them")
        }
        if let maxThinkTokens, !(-1...Int(Int32.max)).contains(maxThinkTokens) {
            throw ValidationError("--max-think-tokens is \(maxThinkTokens), but must be -1 to \(Int32.max)")
        }
        if let temperature, !(0...2).contains(temperature) {
            throw ValidationError("--temperature is \(temperature), but must be 0 to 2")
        }
        if let maxTokens, maxTokens < 1 {
            throw ValidationError("--max-tokens is \(maxTokens), but must be at least 1")
        }
    }

    func run() async throws {
        var conversation = Conversation()
        conversation.systemText = system
        conversation.maxThinkTokens = noThink ? 0 : maxThinkTokens
        conversation.temperature = temperature
        conversation.maxCompletionTokens = maxTokens
        let isInteractive = isatty(STDIN_FILENO) != 0 && StandardStream.output.isTerminal
        let machine = ChatMachine(
            address: url,
            conversation: conversation,
            model: model,
            style: ScreenStyle(
                isTerminal: StandardStream.output.isTerminal,
                environment: ProcessInfo.processInfo.environment
            ),
            isInteractive: isInteractive
        )
        if await ChatSession(client: HTTPClient(address: url), isInteractive: isInteractive).run(machine) {
            throw CommandFailure.unavailable("not every line was answered; the reasons stand above")
        }
    }
}
