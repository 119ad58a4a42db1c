import Billing
import OpenAIAPI
import OrderedJSON

/// What a body of the administration says, in the words of the ledger.
extension AdministrationBody {
    /// Dollars.
    ///
    /// - Throws: 400 for what is no amount.
    func money(_ name: String) throws(APIError) -> PicoUSD? {
        guard let value = self[name] else { return nil }
        return try AdministrationBody.money(value, name)
    }

    /// The limits that are named.
    ///
    /// - Throws: 400 for what is no amount.
    func limitChange() throws(APIError) -> UsageLimitChange {
        var change = UsageLimitChange()
        change.requestsPerMinute = count(limits["requests_per_minute"])
        change.tokensPerMinute = count(limits["tokens_per_minute"])
        change.thinkingTokensPerMinute = count(limits["thinking_tokens_per_minute"])
        change.parallelRequests = count(limits["parallel_requests"])
        change.perDay = try limitedMoney("usd_per_day")
        change.perMonth = try limitedMoney("usd_per_month")
        return change
    }

    /// Everything about a key that is named.
    ///
    /// - Throws: 400 for what is no amount and no moment.
    func keyChange() throws(APIError) -> @Sendable (inout KeyTerms) -> Void {
        let (limits, label) = (try limitChange(), self["label"]?.string)
        let (bound, cap) = (count(self["max_think_tokens"]), count(self["max_think_tokens_cap"]))
        let expires = try moment("expires")
        return { terms in
            limits.apply(to: &terms.limits)
            if let label { terms.label = label.isEmpty ? nil : label }
            if let bound { terms.maxThinkTokens = bound }
            if let cap { terms.maxThinkTokensCap = cap }
            if let expires { terms.expiresAt = expires }
        }
    }

    private func count(_ value: JSONValue?) -> Int?? { value.map(\.integer) }

    private func limitedMoney(_ name: String) throws(APIError) -> PicoUSD?? {
        guard let value = limits[name] else { return nil }
        guard value != .string(AdministrationBody.none) else { return .some(nil) }
        return try AdministrationBody.money(value, "limits.\(name)")
    }

    private func moment(_ name: String) throws(APIError) -> Milliseconds?? {
        guard let text = self[name]?.string else { return nil }
        guard text != AdministrationBody.none else { return .some(nil) }
        guard let moment = CivilTime.moment(text) else {
            throw .invalidRequest(
                "'\(name)' must be a day such as 2026-12-31, or 2026-12-31T18:00:00Z, or none.",
                param: name,
                code: "invalid_value"
            )
        }
        return moment
    }

    private static func money(_ value: JSONValue, _ name: String) throws(APIError) -> PicoUSD {
        guard let amount = PicoUSD(json: value) else {
            throw .invalidRequest(
                "'\(name)' must be dollars with at most twelve decimals, as a string such as \"0.000000000001\" or as a "
                    + "number of at most 15 digits.",
                param: name,
                code: "invalid_value"
            )
        }
        return amount
    }
}
