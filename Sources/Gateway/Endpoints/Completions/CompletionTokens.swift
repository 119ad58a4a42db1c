import Engine
import OpenAIAPI

/// What the client of a raw completion is told of one choice's tokens, with each token's place in the text.
struct CompletionTokens {
    private let options: TokenReportOptions
    private let echoesPrompt: Bool
    /// Tokens whose text has not come yet.
    private var waiting: ArraySlice<TokenReport> = []
    private var places: TokenPlaces

    /// - Parameters:
    ///   - options: What the client asked for.
    ///   - echo: The prompt's text, if it is part of the answer.
    init(_ options: TokenReportOptions, echo: String?) {
        self.options = options
        echoesPrompt = echo != nil
        guard options.promptAlternatives != nil, let echo else {
            places = TokenPlaces(offset: echo?.unicodeScalars.count ?? 0)
            return
        }
        places = TokenPlaces(offset: 0)
        places.add(echo)
    }

    /// Adds what is told of tokens to a choice, or to a piece of one.
    ///
    /// - Parameters:
    ///   - reports: Further tokens.
    ///   - text: What the choice says from here on; the prompt is known.
    ///   - isEnd: Whether no text follows.
    ///   - choice: Where they are told.
    mutating func tell(
        _ reports: [TokenReport] = [],
        with text: String = "",
        isEnd: Bool = false,
        in choice: inout TextCompletion.Choice
    ) {
        if options.returnsTokenIDs {
            choice.tokenIDs = (choice.tokenIDs ?? []) + reports.filter { $0.origin != .prompt }.map { Int($0.token) }
        }
        if options.tellsPromptApart {
            let prompt = reports.filter { $0.origin == .prompt }.map(PromptLogprob.init)
            choice.promptLogprobs = (choice.promptLogprobs ?? []) + prompt
        }
        guard options.alternatives != nil else { return }
        waiting += reports.filter(isInText)
        places.add(text)
        var told = choice.logprobs ?? CompletionLogprobs()
        while let report = waiting.first, let place = places.take(report.bytes, isEnd: isEnd) {
            waiting.removeFirst()
            told.tokens.append(
                CompletionLogprobs.Token(
                    bytes: report.bytes,
                    logprob: report.logProbability,
                    top: report.alternatives.map(TokenLogprob.init),
                    offset: place
                )
            )
        }
        choice.logprobs = told
    }

    private func isInText(_ report: TokenReport) -> Bool {
        switch report.origin {
        case .prompt: echoesPrompt
        case .thought, .answer, .forced: true
        case .stop: false
        }
    }
}
