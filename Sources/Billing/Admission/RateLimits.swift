/// How much of the per-minute limits is left: what `x-ratelimit-*` headers say.
package struct RateLimits: Hashable, Sendable {
    /// One limit.
    package struct Window: Hashable, Sendable {
        package var limit: Int
        package var remaining: Int
        /// Until the window begins anew.
        package var resetsAfter: Milliseconds
    }

    package var requests: Window?
    package var tokens: Window?
    package var thinkingTokens: Window?

    package static let none = RateLimits()

    /// The windows of an account and a key at `now`; of two limits, the one that leaves less.
    init(_ subjects: [(UsageLimits, UsageWindows)] = [], at now: Milliseconds = 0) {
        let reset = CivilTime.minuteStart(now) + CivilTime.minute - now
        func window(_ limit: KeyPath<UsageLimits, Int?>, _ used: KeyPath<UsageWindows, Int>) -> Window? {
            subjects.compactMap { limits, windows in
                limits[keyPath: limit].map {
                    Window(limit: $0, remaining: max(0, $0 - windows[keyPath: used]), resetsAfter: reset)
                }
            }.min { $0.remaining < $1.remaining }
        }
        requests = window(\.requestsPerMinute, \.requests)
        tokens = window(\.tokensPerMinute, \.tokens)
        thinkingTokens = window(\.thinkingTokensPerMinute, \.thinkingTokens)
    }
}
