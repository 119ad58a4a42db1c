import OpenAIAPI
import Testing

@testable import Gateway

@Suite struct ThinkingDecisionTests {
    /// What a request says, and what must come of it.
    struct Case: Sendable {
        var bound: Int?
        var isOn: Bool?
        var effort: ReasoningEffort?
        var message: Bool?
        var suffix: ModelSuffix?
        var header: Int?
        var standard: Int?
        var keyDefault: Int?
        var cap: Int?
        var keyCap: Int?
        var credits: Int?

        var budget: Int?
        var source: String
        var forced: Bool?
        var isShort = false
    }

    static let cases: [Case] = [
        // Defaults.
        Case(budget: nil, source: "server_default", forced: nil),
        Case(standard: 0, budget: 0, source: "server_default", forced: false),
        Case(standard: 64, budget: 64, source: "server_default", forced: nil),
        Case(standard: 64, cap: 32, budget: 32, source: "server_default", forced: nil),
        Case(cap: 0, budget: 0, source: "server_default", forced: false),
        Case(standard: 64, keyDefault: 8, budget: 8, source: "key_default", forced: nil),
        Case(standard: 64, keyDefault: 0, budget: 0, source: "key_default", forced: false),
        Case(keyDefault: 100, cap: 50, keyCap: 40, budget: 40, source: "key_default", forced: nil),
        // A bound outranks everything but the caps.
        Case(bound: 10, budget: 10, source: "a", forced: true),
        Case(bound: 0, budget: 0, source: "a", forced: false),
        Case(bound: 10, message: false, budget: 10, source: "a", forced: true),
        Case(bound: 0, message: true, suffix: .bound(5), header: 6, budget: 0, source: "a", forced: false),
        Case(bound: 9, effort: .off, suffix: .thinks(false), header: 0, budget: 9, source: "a", forced: true),
        Case(bound: 100, cap: 32, budget: 32, source: "a", forced: true),
        Case(bound: 100, cap: 32, keyCap: 16, budget: 16, source: "a", forced: true),
        Case(bound: 100, cap: 0, budget: 0, source: "a", forced: false),
        // A switch decides whether; how far is left to the next number.
        Case(isOn: false, effort: .high, message: true, header: 6, budget: 0, source: "b", forced: false),
        Case(isOn: true, budget: nil, source: "b", forced: true),
        Case(isOn: true, standard: 64, budget: 64, source: "b", forced: true),
        Case(isOn: true, standard: 0, budget: nil, source: "b", forced: true),
        Case(isOn: true, standard: 0, cap: 16, budget: 16, source: "b", forced: true),
        Case(isOn: true, effort: .low, budget: 1024, source: "c", forced: true),
        Case(isOn: true, message: false, header: 6, budget: 6, source: "header", forced: true),
        Case(isOn: true, suffix: .thinks(false), header: 0, budget: nil, source: "b", forced: true),
        Case(isOn: true, suffix: .bound(0), header: 7, budget: 7, source: "header", forced: true),
        // Efforts.
        Case(effort: .off, message: true, budget: 0, source: "c", forced: false),
        Case(effort: .minimal, budget: 128, source: "c", forced: true),
        Case(effort: .max, message: false, budget: 16384, source: "c", forced: true),
        Case(effort: .max, cap: 100, budget: 100, source: "c", forced: true),
        // Messages, as the template reads them.
        Case(message: true, budget: nil, source: "message", forced: nil),
        Case(message: false, budget: 0, source: "message", forced: nil),
        Case(message: false, suffix: .bound(5), header: 5, budget: 0, source: "message", forced: nil),
        Case(message: true, suffix: .bound(5), budget: 5, source: "model_suffix", forced: true),
        Case(message: true, suffix: .thinks(false), budget: nil, source: "message", forced: nil),
        Case(message: true, standard: 0, budget: nil, source: "message", forced: nil),
        Case(message: true, standard: 64, budget: 64, source: "message", forced: nil),
        Case(message: true, standard: 0, cap: 16, budget: 16, source: "message", forced: nil),
        Case(message: true, cap: 0, budget: 0, source: "message", forced: false),
        // The model's name, then the header.
        Case(suffix: .bound(512), header: 6, budget: 512, source: "model_suffix", forced: true),
        Case(suffix: .thinks(false), header: 6, budget: 0, source: "model_suffix", forced: false),
        Case(suffix: .thinks(true), header: 6, budget: 6, source: "header", forced: true),
        Case(suffix: .thinks(true), standard: 0, budget: nil, source: "model_suffix", forced: true),
        Case(suffix: .effort(.low), budget: 1024, source: "model_suffix", forced: true),
        Case(suffix: .effort(.off), budget: 0, source: "model_suffix", forced: false),
        Case(header: 6, standard: 64, keyDefault: 32, budget: 6, source: "header", forced: true),
        Case(header: 0, budget: 0, source: "header", forced: false),
        // Credits bound what is left.
        Case(bound: 100, credits: 30, budget: 30, source: "a", forced: true, isShort: true),
        Case(bound: 30, credits: 30, budget: 30, source: "a", forced: true),
        Case(bound: 100, cap: 20, credits: 30, budget: 20, source: "a", forced: true),
        Case(credits: 30, budget: 30, source: "server_default", forced: nil, isShort: true),
        Case(credits: 0, budget: 0, source: "server_default", forced: false, isShort: true),
        Case(message: true, credits: 0, budget: 0, source: "message", forced: false, isShort: true),
        Case(message: false, credits: 0, budget: 0, source: "message", forced: nil),
        Case(bound: 0, credits: 0, budget: 0, source: "a", forced: false),
    ]

    @Test(
        "the strongest source decides, a mere switch leaves the number to weaker ones, and the caps bound all",
        arguments: cases
    )
    func precedence(_ one: Case) {
        var options = ThinkingOptions()
        options.bound = one.bound.map { ThinkingClaim($0, source: "a") }
        options.isOn = one.isOn.map { ThinkingClaim($0, source: "b") }
        options.effort = one.effort.map { ThinkingClaim($0, source: "c") }
        var policy = ThinkingPolicy()
        policy.serverDefault = one.standard
        policy.keyDefault = one.keyDefault
        policy.serverCap = one.cap
        policy.keyCap = one.keyCap
        policy.credits = one.credits
        let decision = ThinkingDecision(
            ThinkingSources(
                options: options,
                messageSwitch: one.message,
                modelSuffix: one.suffix,
                headerBound: one.header
            ),
            policy
        )
        #expect(decision.budget == one.budget)
        #expect(decision.source == one.source)
        #expect(decision.forcedSwitch == one.forced)
        #expect(decision.isShortOfCredits == one.isShort)
        #expect(decision.ceiling == [one.cap, one.keyCap].compactMap { $0 }.min())
    }

    @Test("settings and key become the policy")
    func policy() {
        var settings = GatewaySettings()
        settings.maxThinkTokens = 1
        settings.maxThinkTokensCap = 2
        settings.effort.low = 3
        let principal = Principal(
            account: "a",
            key: "k",
            maxThinkTokens: 4,
            maxThinkTokensCap: 5,
            thinkingCredits: 6
        )
        let policy = ThinkingPolicy(settings, principal)
        #expect(policy.serverDefault == 1 && policy.keyDefault == 4 && policy.credits == 6)
        #expect(policy.cap == 2 && policy.effort.tokens(.low) == 3 && policy.effort.tokens(.off) == 0)
    }
}
