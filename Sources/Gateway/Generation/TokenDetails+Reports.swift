import Engine
import OpenAIAPI

extension TokenDetails {
    /// What a client is told of tokens, by what it asked for; forced tokens have no probability, and the end no text.
    init(_ reports: some Collection<TokenReport>, _ options: TokenReportOptions) {
        self.init()
        if options.returnsTokenIDs { tokenIDs = reports.filter { $0.origin != .prompt }.map { Int($0.token) } }
        guard options.alternatives != nil else { return }
        var logprobs = ChoiceLogprobs()
        for report in reports {
            switch report.origin {
            case .thought: logprobs.reasoning.append(TokenLogprob(report))
            case .answer: logprobs.content.append(TokenLogprob(report))
            case .prompt, .forced, .stop: break
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
            top: report.alternatives.map(TokenLogprob.init)
        )
    }

    init(_ candidate: TokenReport.Candidate) {
        self.init(bytes: candidate.bytes, logprob: candidate.logProbability)
    }
}

extension PromptLogprob {
    /// What is told of a token of the prompt.
    init(_ report: TokenReport) {
        guard let own = report.logProbability else {
            self.init(candidates: [])
            return
        }
        let itself = Candidate(token: Int(report.token), bytes: report.bytes, logprob: own, rank: report.rank ?? 1)
        let others = report.alternatives.enumerated().map { index, other in
            Candidate(token: Int(other.token), bytes: other.bytes, logprob: other.logProbability, rank: index + 1)
        }
        self.init(candidates: [itself] + others.filter { $0.token != itself.token })
    }
}
