import Testing

@testable import Gateway

@Suite struct ThinkingChoiceTests {
    struct Case: Sendable {
        var requested: Int?
        var message: Bool?
        var standard: Int?
        var cap: Int?
        var budget: Int?
        var source: String
        var forced: Bool?
    }

    static let cases: [Case] = [
        Case(budget: nil, source: "server_default", forced: nil),
        Case(standard: 0, budget: 0, source: "server_default", forced: false),
        Case(standard: 64, budget: 64, source: "server_default", forced: nil),
        Case(standard: 64, cap: 32, budget: 32, source: "server_default", forced: nil),
        Case(cap: 0, budget: 0, source: "server_default", forced: false),
        Case(requested: 10, budget: 10, source: "max_think_tokens", forced: true),
        Case(requested: 0, budget: 0, source: "max_think_tokens", forced: false),
        Case(requested: 10, message: false, budget: 10, source: "max_think_tokens", forced: true),
        Case(requested: 0, message: true, budget: 0, source: "max_think_tokens", forced: false),
        Case(requested: 100, cap: 32, budget: 32, source: "max_think_tokens", forced: true),
        Case(requested: 100, cap: 0, budget: 0, source: "max_think_tokens", forced: false),
        Case(message: true, budget: nil, source: "message", forced: nil),
        Case(message: false, budget: 0, source: "message", forced: nil),
        Case(message: true, standard: 0, budget: nil, source: "message", forced: nil),
        Case(message: true, standard: 64, budget: 64, source: "message", forced: nil),
        Case(message: true, standard: 0, cap: 16, budget: 16, source: "message", forced: nil),
        Case(message: true, cap: 0, budget: 0, source: "message", forced: false),
    ]

    @Test("the field outranks the message, the message the default, and the cap bounds all", arguments: cases)
    func precedence(_ one: Case) {
        var settings = GatewaySettings()
        settings.maxThinkTokens = one.standard
        settings.maxThinkTokensCap = one.cap
        let choice = ThinkingChoice(requested: one.requested, messageSwitch: one.message, settings: settings)
        #expect(choice.budget == one.budget)
        #expect(choice.source == one.source)
        #expect(choice.forcedSwitch == one.forced)
    }
}
