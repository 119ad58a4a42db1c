import Engine
import HTTPServer
import HTTPTypes
import OpenAIAPI

/// `POST /v1/chat/completions/control`: ends or extends the thought of a request that is being answered.
extension Gateway {
    var controlRoutes: [Route] {
        [
            asking(.post, "/v1/chat/completions/control") { [self] (request, principal) throws(APIError) in
                try await control(request, principal)
            }
        ]
    }

    private func control(_ http: ServerRequest, _ principal: Principal) async throws(APIError) -> ComputedAnswer {
        let request = try ControlRequest(body: http.body)
        guard let entry = liveRequests.find(request.id, for: principal) else { throw .requestNotFound(request.id) }
        let wish = try await wish(request, entry)
        guard let choices = await control(entry, wish) else { throw .requestNotFound(request.id) }
        let report = ControlReport(request, choices: choices)
        return ComputedAnswer(body: report.body, headers: .reporting(ignored: request.ignoredFields))
    }

    /// What is asked of the engine: an extension as far as somebody pays for it.
    private func wish(
        _ request: ControlRequest,
        _ entry: LiveRequests.Entry
    ) async throws(APIError) -> ThinkingControl {
        guard case .extendThinking(let tokens) = request.action else { return .end }
        // Nothing is set aside for thoughts that are over.
        guard let choices = await control(entry, .look) else { throw .requestNotFound(request.id) }
        guard choices.contains(where: \.isThinking) else { return .look }
        let granted = try await entry.meter.extend(by: tokens, id: request.id)
        return .extend(by: tokens, bound: granted.thinkingBound, end: granted.isCutByCredits ? .credits : .budget)
    }

    /// Asks the engine for one prompt after the other; `nil` if all of them have ended.
    private func control(_ entry: LiveRequests.Entry, _ wish: ThinkingControl) async -> [ControlReport.Choice]? {
        var known: [ControlReport.Choice]?
        for (prompt, id) in entry.engineIDs.enumerated() {
            let choices = await withCheckedContinuation { continuation in
                engine.control(id, wish) { continuation.resume(returning: $0) }
            }
            guard let choices else { continue }
            known = (known ?? []) + choices.map { ControlReport.Choice($0, behind: prompt * entry.choiceCount) }
        }
        return known
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
