import Engine
import OpenAIAPI

/// What the client of a raw completion is told of one choice's tokens, with each token's place in the text.
struct CompletionTokens {
    private let options: TokenReportOptions
    /// What is left of the prompt's text, if the prompt is echoed.
    private var echo: ArraySlice<UInt8>?
    /// Characters in front of the next token.
    private var offset = 0

    /// - Parameters:
    ///   - options: What the client asked for.
    ///   - echo: The prompt's text, if it is part of the answer.
    init(_ options: TokenReportOptions, echo: String?) {
        self.options = options
        self.echo = echo.map { Array($0.utf8)[...] }
        if options.promptAlternatives == nil, let echo { offset = echo.unicodeScalars.count }
    }

    /// Adds what is told of tokens to a choice, or to a piece of one.
    mutating func tell(_ reports: [TokenReport], in choice: inout TextCompletion.Choice) {
        if options.returnsTokenIDs {
            choice.tokenIDs = (choice.tokenIDs ?? []) + reports.filter { $0.origin != .prompt }.map { Int($0.token) }
        }
        if options.tellsPromptApart {
            let prompt = reports.filter { $0.origin == .prompt }.map(PromptLogprob.init)
            choice.promptLogprobs = (choice.promptLogprobs ?? []) + prompt
        }
        guard options.alternatives != nil else { return }
        var told = choice.logprobs ?? CompletionLogprobs()
        for report in reports where isInText(report) {
            told.tokens.append(
                CompletionLogprobs.Token(
                    bytes: report.bytes,
                    logprob: report.logProbability,
                    top: report.alternatives.map(TokenLogprob.init),
                    offset: offset
                )
            )
            offset += width(of: report)
        }
        choice.logprobs = told
    }

    private func isInText(_ report: TokenReport) -> Bool {
        switch report.origin {
        case .prompt: echo != nil
        case .thought, .answer, .forced: true
        case .stop: false
        }
    }

    /// Characters that begin in a token. One that the tokenizer put in front of the prompt is no part of its text.
    private mutating func width(of report: TokenReport) -> Int {
        if report.origin == .prompt {
            guard let rest = echo, rest.starts(with: report.bytes) else { return 0 }
            echo = rest.dropFirst(report.bytes.count)
        }
        return report.bytes.count { $0 & 0xC0 != 0x80 }
    }
}
