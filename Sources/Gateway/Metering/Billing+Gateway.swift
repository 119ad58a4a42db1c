import Billing
import ChatTemplate
import Engine
import HTTPTypes
import OpenAIAPI
import OrderedJSON

extension GenerationOrder {
    /// What is asked of the ledger for this order: its worst case.
    func holdRequest(id: String, model: String) -> HoldRequest {
        HoldRequest(
            requestID: id,
            account: principal.account,
            key: principal.key,
            model: model,
            promptTokens: promptTokens,
            choices: choiceCount,
            thinkingBound: thinkingBound,
            completionBound: prompts.map(\.limits.completionLimit).max() ?? 0
        )
    }

    /// The most thinking tokens of one choice.
    var thinkingBound: Int { prompts.map(\.thinkingBound).max() ?? 0 }

    /// The most that it can be extended to while the request runs.
    var thinkingBoundMax: Int { prompts.map(\.thinkingBoundMax).max() ?? 0 }
}

extension PreparedPrompt {
    /// The most tokens that a choice samples inside its thought: the bound, and what is left of the completion when the
    /// closing text and the answer have their room.
    var thinkingBound: Int { thinkingBound(of: limits.budget) }

    /// The most of that after any extension: as far as key and server allow.
    var thinkingBoundMax: Int { thinkingBound(of: limits.budgetCeiling.map { max($0, limits.budget ?? $0) }) }

    private func thinkingBound(of budget: Int?) -> Int {
        guard rendered.startsInsideThinking else { return 0 }
        let room = max(1, limits.completionLimit - limits.closing.maxTokenCount - limits.minAnswerTokens)
        guard let budget else { return room }
        let (bound, overflows) = budget.addingReportingOverflow(limits.graceTokens)
        return overflows ? room : min(bound, room)
    }

    /// Bounds a thought, grace included, by what was granted.
    mutating func bound(by grant: Grant) {
        guard thinkingBound > grant.thinkingBound else { return }
        limits.budget = min(limits.budget ?? .max, grant.thinkingBound)
        limits.graceTokens = min(limits.graceTokens, grant.thinkingBound - (limits.budget ?? 0))
        if grant.isCutByCredits { limits.budgetEnd = .credits }
        bound.tokens = limits.budget
    }
}

extension TokenUsage {
    /// What an answer says in its `usage`.
    init(_ usage: Usage) {
        self.init(
            prompt: usage.promptTokens,
            cachedPrompt: usage.cachedTokens,
            thinking: usage.completion.reasoning,
            answer: usage.completion.answer,
            forced: usage.completion.forced
        )
    }

    /// The same with so many cached prompt tokens.
    func cached(_ count: Int) -> TokenUsage {
        var copy = self
        copy.cachedPrompt = count
        return copy
    }
}

extension EngineTotals {
    /// What an engine has counted, under the name of its run.
    init(_ tally: EngineTally, of instance: String) {
        self.init(
            instance: instance,
            requests: tally.requests,
            usage: TokenUsage(
                prompt: tally.promptTokens,
                cachedPrompt: tally.cachedTokens,
                thinking: tally.completion.reasoning,
                answer: tally.completion.answer,
                forced: tally.completion.forced
            )
        )
    }
}

extension MeterReading {
    /// What a receipt says: exact decimals, `null` where there is no price.
    init(_ receipt: Receipt) {
        charge.members["cost"] = receipt.amount.json
        charge.members["cost_details"] = receipt.cost?.json ?? .null
        if let amount = receipt.amount { headers.set(HeaderField("x-actuary-cost", amount.usd)) }
        if let credits = receipt.credits {
            for field in credits.headerFields { headers.set(field) }
        }
    }
}

extension Cost {
    /// The parts in US dollars.
    var json: JSONValue {
        var parts: JSONObject = [
            "prompt": prompt.json, "cached_prompt": cachedPrompt.json, "thinking": thinking.json, "answer": answer.json,
        ]
        if surplusThinking > .zero { parts["surplus_thinking"] = surplusThinking.json }
        return .object(parts)
    }
}

extension CreditReport {
    /// The header that tells what is left.
    var headerFields: [HeaderField] { [HeaderField("x-think-credits-remaining", String(max(0, available)))] }
}

extension RateLimits {
    /// OpenAI's headers, and the same for thinking tokens.
    var headerFields: [HeaderField] {
        let windows = [("requests", requests), ("tokens", tokens), ("thinking-tokens", thinkingTokens)]
        return windows.flatMap { name, window -> [HeaderField] in
            guard let window else { return [] }
            return [
                HeaderField("x-ratelimit-limit-\(name)", String(window.limit)),
                HeaderField("x-ratelimit-remaining-\(name)", String(window.remaining)),
                HeaderField("x-ratelimit-reset-\(name)", "\((window.resetsAfter + 999) / 1000)s"),
            ]
        }
    }
}

extension HTTPFields {
    init(_ fields: [HeaderField]) {
        self.init()
        for field in fields { set(field) }
    }

    mutating func set(_ field: HeaderField) {
        if let name = HTTPField.Name(field.name) { self[name] = field.value }
    }
}
