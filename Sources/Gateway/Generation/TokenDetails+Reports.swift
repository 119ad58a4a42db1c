import Engine
import OpenAIAPI

extension TokenDetails {
    /// What a client is told of tokens, by what it asked for; forced tokens have no probability, and the end no text.
    init(_ reports: some Collection<TokenReport>, _ options: TokenReportOptions) {
        self.init()
        if options.returnsTokenIDs { tokenIDs = reports.map { Int($0.token) } }
        guard options.alternatives != nil else { return }
        var logprobs = ChoiceLogprobs()
        for report in reports {
            switch report.origin {
            case .thought: logprobs.reasoning.append(TokenLogprob(report))
            case .answer: logprobs.content.append(TokenLogprob(report))
            case .forced, .stop: break
            }
        }
        self.logprobs = logprobs
    }
}

extension TokenLogprob {
    fileprivate init(_ report: TokenReport) {
        self.init(
            bytes: report.bytes,
            logprob: report.logProbability ?? -.infinity,
            top: report.alternatives.map { TokenLogprob(bytes: $0.bytes, logprob: $0.logProbability) }
        )
    }
}
