/// What terms may say; commands and the administration over HTTP are held to the same.
extension AccountTerms {
    /// - Throws: `LedgerError.invalid` that names the first field at fault.
    func check() throws(LedgerError) {
        guard cap == nil || kind == .capped else {
            throw .invalid(field: "cap", rule: "is for capped accounts only")
        }
        if let cap, cap < .zero { throw .invalid(field: "cap", rule: "must not be negative") }
        try limits.check()
    }
}

extension KeyTerms {
    /// The longest label, bytes.
    private static let labelBytesMax = 256

    /// - Throws: `LedgerError.invalid` that names the first field at fault.
    func check() throws(LedgerError) {
        if let label, label.utf8.count > KeyTerms.labelBytesMax {
            throw .invalid(field: "label", rule: "must have at most \(KeyTerms.labelBytesMax) bytes")
        }
        try UsageLimits.check(maxThinkTokens, "max_think_tokens")
        try UsageLimits.check(maxThinkTokensCap, "max_think_tokens_cap")
        try limits.check()
    }
}

extension UsageLimits {
    /// The highest limit of anything that is counted.
    package static let countMax = Int(Int32.max)

    /// - Throws: `LedgerError.invalid` that names the first limit at fault.
    func check() throws(LedgerError) {
        try UsageLimits.check(requestsPerMinute, "requests_per_minute")
        try UsageLimits.check(tokensPerMinute, "tokens_per_minute")
        try UsageLimits.check(thinkingTokensPerMinute, "thinking_tokens_per_minute")
        try UsageLimits.check(parallelRequests, "parallel_requests")
        for (amount, name) in [(perDay, "usd_per_day"), (perMonth, "usd_per_month")] {
            if let amount, amount < .zero { throw .invalid(field: name, rule: "must not be negative") }
        }
    }

    fileprivate static func check(_ count: Int?, _ name: String) throws(LedgerError) {
        guard let count, !(0...countMax).contains(count) else { return }
        throw .invalid(field: name, rule: "must be a whole number from 0 to \(countMax)")
    }
}
