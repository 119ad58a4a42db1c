import Dispatch
import Engine
import HTTPServer
import HTTPTypes
import OpenAIAPI

/// `POST /v1/chat/completions/control`: ends or extends the thought of a request that is being answered.
extension Gateway {
    var controlRoutes: [Route] {
        [
            authenticated(.post, "/v1/chat/completions/control") {
                [self] (request, principal, writer) throws(APIError) in
                try control(request, principal, writer)
            }
        ]
    }

    private func control(
        _ http: ServerRequest,
        _ principal: Principal,
        _ writer: ResponseWriter
    ) throws(APIError) {
        let request = try ControlRequest(body: http.body)
        guard let entry = liveRequests.find(request.id, for: principal) else {
            throw .requestNotFound(request.id)
        }
        control(entry, ThinkingControl(request.action)) { [self] choices in
            // The engine's thread does not write to connections.
            workers.async {
                guard let choices else {
                    writer.respond(.requestNotFound(request.id))
                    return
                }
                let report = ControlReport(request, choices: choices)
                writer.respond(json: report.body, headers: .reporting(ignored: request.ignoredFields))
            }
        }
    }

    /// Asks the engine for one prompt after the other; `reply` gets `nil` if all of them have ended.
    private func control(
        _ entry: LiveRequests.Entry,
        _ wish: ThinkingControl,
        from prompt: Int = 0,
        known: [ControlReport.Choice]? = nil,
        reply: @escaping @Sendable ([ControlReport.Choice]?) -> Void
    ) {
        guard prompt < entry.engineIDs.count else { return reply(known) }
        engine.control(entry.engineIDs[prompt], wish) { [self] choices in
            let first = prompt * entry.choiceCount
            let more = choices?.map { ControlReport.Choice($0, behind: first) }
            let all = more.map { (known ?? []) + $0 } ?? known
            control(entry, wish, from: prompt + 1, known: all, reply: reply)
        }
    }
}

extension ThinkingControl {
    fileprivate init(_ action: ControlRequest.Action) {
        switch action {
        case .endThinking: self = .end
        case .extendThinking(let tokens): self = .extend(by: tokens)
        }
    }
}

extension ControlReport.Choice {
    fileprivate init(_ choice: ControlledChoice, behind first: Int) {
        self.init(
            index: first + choice.choice,
            isApplied: choice.isApplied,
            isThinking: choice.isThinking,
            budget: choice.budget,
            used: choice.reasoningTokens
        )
    }
}
