/// What a line typed at the prompt means.
enum ChatLine: Equatable, Sendable {
    /// A turn of the conversation; `/think` and `/no_think` are part of it, the model's template reads them.
    case text(String)
    /// Nothing was typed.
    case empty
    case quit
    /// Forget the conversation.
    case reset
    /// Bound the thoughts from now on; `nil` is the server's default.
    case budget(Int?)
    case help
    /// A command with something wrong about it, and what is right.
    case mistake(String)

    /// Only the words below are commands; every other line, with a slash or without, is said to the model.
    init(_ line: String) {
        let words = line.split(whereSeparator: \.isWhitespace)
        switch words.first {
        case nil: self = .empty
        case "/quit" where words.count == 1: self = .quit
        case "/reset" where words.count == 1: self = .reset
        case "/help" where words.count == 1: self = .help
        case "/budget": self = ChatLine.budget(words.dropFirst())
        default: self = .text(line)
        }
    }

    private static func budget(_ arguments: ArraySlice<Substring>) -> ChatLine {
        if arguments == ["default"] { return .budget(nil) }
        if arguments.count == 1, let number = arguments.first.flatMap({ Int($0) }),
            (0...Int(Int32.max)).contains(number)
        {
            return .budget(number)
        }
        return .mistake("write /budget and a number of tokens, 0 for no thoughts, or /budget default")
    }

    static let helpText = """
        /budget N         think at most N tokens from now on; 0 for no thoughts
        /budget default   think as long as the server allows
        /reset            forget the conversation
        /quit             end; so does Ctrl-D. Ctrl-C stops an answer
        Everything else is said to the model; /think and /no_think in it switch thoughts as the model's template has it.
        """
}
