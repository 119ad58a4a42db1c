/// The conversation as a state machine: events in, actions out.
///
/// One turn at a time. The answer's events carry the number of their turn, so that what a stopped request still
/// delivers is told apart from the next answer.
struct ChatMachine {
    private enum State {
        /// A line is awaited.
        case prompting
        /// The name of the model is awaited, to ask this.
        case choosingModel(question: String)
        /// An answer is being streamed.
        case answering(Answer)
    }

    private struct Answer {
        var question: String
        var text = ""
        var reader: AnswerReader
        var screen: AnswerScreen
        var start: Duration
    }

    private let address: ServerAddress
    private let style: ScreenStyle
    private let isInteractive: Bool
    private var conversation: Conversation
    private var model: String?
    private var state = State.prompting
    private var turn = 0
    private var hasFailed = false
    private var wasInterrupted = false

    /// - Parameters:
    ///   - address: The server, for messages.
    ///   - conversation: How answers are asked for.
    ///   - model: The model to ask; `nil` is the first of the server's list.
    ///   - style: What the screen can do.
    ///   - isInteractive: Whether a person types the lines; then there are prompts.
    init(
        address: ServerAddress,
        conversation: Conversation,
        model: String?,
        style: ScreenStyle,
        isInteractive: Bool
    ) {
        self.address = address
        self.conversation = conversation
        self.model = model
        self.style = style
        self.isInteractive = isInteractive
    }

    /// What to do first.
    func start() -> [ChatAction] {
        (isInteractive ? [.write("/help lists the commands, Ctrl-D ends.\n")] : []) + prompt()
    }

    /// Takes the next event.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - time: When it came, on any clock that does not go backwards.
    /// - Returns: What to do, in order.
    mutating func handle(_ event: ChatEvent, at time: Duration) -> [ChatAction] {
        switch event {
        case .line(let text): return line(text, at: time)
        case .endOfInput: return (isInteractive ? [.write("\n")] : []) + [.end(hasFailed: hasFailed)]
        case .interrupt: return interrupt()
        case .model(let name): return model(name, at: time)
        case .modelFailed(let error):
            guard case .choosingModel = state else { return [] }
            return giveUp(on: error)
        case .reply(let number, let event): return number == turn ? reply(event, at: time) : []
        }
    }

    private func prompt() -> [ChatAction] { (isInteractive ? [.write("> ")] : []) + [.readLine] }

    private mutating func line(_ text: String, at time: Duration) -> [ChatAction] {
        wasInterrupted = false
        switch ChatLine(text) {
        case .empty: return prompt()
        case .quit: return [.end(hasFailed: hasFailed)]
        case .reset:
            conversation.reset()
            return prompt()
        case .budget(let tokens):
            conversation.maxThinkTokens = tokens
            return prompt()
        case .help: return [.write(ChatLine.helpText + "\n")] + prompt()
        case .mistake(let advice): return [.complain(advice)] + prompt()
        case .text(let question):
            guard let model else {
                state = .choosingModel(question: question)
                return [.findModel]
            }
            return ask(question, model, at: time)
        }
    }

    private mutating func model(_ name: String, at time: Duration) -> [ChatAction] {
        model = name
        guard case .choosingModel(let question) = state else { return [] }
        return ask(question, name, at: time)
    }

    private mutating func ask(_ question: String, _ model: String, at time: Duration) -> [ChatAction] {
        turn += 1
        state = .answering(
            Answer(
                question: question,
                reader: AnswerReader(address: address),
                screen: AnswerScreen(style: style),
                start: time
            )
        )
        return [.ask(turn: turn, body: conversation.request(model: model, asking: question))]
    }

    private mutating func reply(_ event: ClientEvent, at time: Duration) -> [ChatAction] {
        guard case .answering(var answer) = state else { return [] }
        var actions: [ChatAction] = []
        for event in answer.reader.consume(event) {
            let text = answer.screen.show(event, at: time - answer.start)
            if !text.isEmpty { actions.append(.write(text)) }
            switch event {
            case .answer(let text): answer.text += text
            case .ended:
                conversation.record(answer.question, answer: answer.text)
                state = .prompting
                return actions + prompt()
            case .failed(let error): return actions + giveUp(on: error)
            case .thought, .finished, .usage: break
            }
        }
        state = .answering(answer)
        return actions
    }

    /// The turn is over without a whole answer, the conversation goes on.
    private mutating func giveUp(on error: ClientError) -> [ChatAction] {
        state = .prompting
        hasFailed = hasFailed || !isInteractive
        return [.complain(error.message)] + prompt()
    }

    /// The first Ctrl-C stops the answer, the second in a row ends the program.
    private mutating func interrupt() -> [ChatAction] {
        defer { wasInterrupted = true }
        switch state {
        case .prompting:
            if wasInterrupted { return [.write("\n"), .end(hasFailed: hasFailed)] }
            return [.write("\nCtrl-C again or Ctrl-D ends.\n> ")]
        case .choosingModel:
            state = .prompting
            return [.write("\n")] + prompt()
        case .answering(var answer):
            // What was read of the answer has been said, and the next question may refer to it.
            conversation.record(answer.question, answer: answer.text)
            state = .prompting
            turn += 1
            return [.cancel, .write(answer.screen.stop())] + prompt()
        }
    }
}
