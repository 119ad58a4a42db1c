import Testing

@testable import Billing

/// Thoughts that become longer than was held.
@Suite struct ExtensionTests {
    private let clock = TestClock()
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func ledger(_ terms: AccountTerms, granted: Int64 = 0, on store: any LedgerStore = MemoryStore())
        async throws
        -> Ledger
    {
        let clock = clock
        let ledger = Ledger(store: store, prices: .test, reading: { clock.now })
        _ = try await ledger.createAccount("acme", terms: terms)
        if granted > 0 { _ = try await ledger.grant(PicoUSD(granted), to: "acme", id: "g") }
        return ledger
    }

    private func bound(_ outcome: ExtensionOutcome) -> Int? {
        if case .extended(let hold, _) = outcome { hold.terms.thinkingBound } else { nil }
    }

    private func refusal(_ outcome: ExtensionOutcome) -> Refusal? {
        if case .refused(let refusal) = outcome { refusal } else { nil }
    }

    /// 10 prompt, 20 thinking and 30 answer tokens: 200,000 picodollars; each thinking token more costs 2,000 more.
    @Test("the hold grows, and what was thought is billed; all stores alike", arguments: StoreKind.available)
    func grows(kind: StoreKind) async throws {
        let ledger = try await ledger(AccountTerms(kind: .prepaid), granted: 240_000, on: try kind.make(folder))
        #expect(try await ledger.hold(.test("r")).hold?.terms.amount == PicoUSD(200_000))
        #expect(bound(try await ledger.extend("r", by: 10, atMost: 49)) == 30)
        #expect(try await ledger.account("acme")?.held == PicoUSD(220_000))
        let open = try await ledger.perform { work throws(LedgerError) in try work.openHold("r") }
        #expect(open?.terms.thinkingBound == 30)
        // Beyond the money: refused, and nothing has changed.
        let refused = refusal(try await ledger.extend("r", by: 15, atMost: 49))
        #expect(
            refused == .insufficientFunds(needed: PicoUSD(30_000), spendable: PicoUSD(20_000), held: PicoUSD(220_000))
        )
        #expect(bound(try await ledger.extend("r", by: 99, atMost: 35)) == 35)
        #expect(bound(try await ledger.extend("r", by: 99, atMost: 35)) == 35)
        await #expect(throws: LedgerError.exceedsHold("r")) {
            try await ledger.capture(.agreed("r", TokenUsage(prompt: 10, thinking: 36, answer: 1)))
        }
        let receipt = try await ledger.capture(.agreed("r", TokenUsage(prompt: 10, thinking: 35, answer: 15)))
        #expect(receipt.amount == PicoUSD(10_000 + 175_000 + 45_000))
        #expect(try await ledger.account("acme")?.held == .zero)
        await #expect(throws: LedgerError.unknownRequest("r")) { try await ledger.extend("r", by: 1, atMost: 49) }
        #expect(try await ledger.verify().findings.sentences == [])
    }

    @Test(
        "the hold of a dead server is recovered with the bound that it had in the end",
        arguments: [StoreKind.memory, .sqlite]
    )
    func recovery(kind: StoreKind) async throws {
        let store = try kind.make(folder)
        let ledger = try await ledger(AccountTerms(kind: .postpaid), on: store)
        let began = try #require(try await ledger.hold(.test("r")).hold)
        clock.advance(5000)
        _ = try await ledger.extend("r", by: 20, atMost: 49)
        try store.write { writer throws(StoreError) in
            try writer.setCheckpoint(TokenUsage(prompt: 10, thinking: 40), requestID: "r")
        }
        let open = try store.read { reader throws(StoreError) in try reader.openHolds() }
        #expect(open.map(\.begunAt) == [began.begunAt] && open.map(\.terms.thinkingBound) == [40])
        let clock = clock
        let next = Ledger(store: store, instance: "run_next", prices: .test, reading: { clock.now })
        #expect(try await next.recover() == 1)
        #expect(try await next.account("acme")?.captured == PicoUSD(10_000 + 200_000))
        #expect(try await next.verify().findings.sentences == [])
    }

    @Test("credits shorten an extension and never fail it; a thousand at once take no more than there are")
    func credits() async throws {
        let plan = CreditPlan(name: "p", earnRate: 0, launch: 50)
        let ledger = try await ledger(AccountTerms(kind: .postpaid, plan: plan))
        _ = try await ledger.hold(.test("a", thinking: 20))
        _ = try await ledger.hold(.test("b", thinking: 20))
        let outcomes = try await withThrowingTaskGroup(of: ExtensionOutcome.self) { group in
            for index in 0..<1000 {
                group.addTask { try await ledger.extend(index % 2 == 0 ? "a" : "b", by: 1, atMost: 49) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.allSatisfy { bound($0) != nil })
        #expect(outcomes.contains { if case .extended(_, isCutByCredits: true) = $0 { true } else { false } })
        #expect(try await ledger.account("acme")?.credits?.report.available == 0)
        let bounds = ["a", "b"].map { id in
            outcomes.compactMap { outcome -> Int? in
                if case .extended(let hold, _) = outcome, hold.requestID == id { hold.terms.thinkingBound } else { nil }
            }.max() ?? 0
        }
        #expect(bounds.reduce(0, +) == 50)
        _ = try await ledger.capture(.agreed("a", TokenUsage(prompt: 10, thinking: bounds[0])))
        _ = try await ledger.capture(.agreed("b", TokenUsage(prompt: 10, thinking: 1)))
        #expect(try await ledger.account("acme")?.credits?.report.available == 50 - bounds[0] - 1)
        #expect(try await ledger.verify().findings.sentences == [])
    }

    @Test("a plan stays as long as requests run that have set its credits aside")
    func planUnderRequests() async throws {
        let ledger = try await ledger(
            AccountTerms(kind: .postpaid, plan: CreditPlan(name: "p", earnRate: 0, launch: 50))
        )
        _ = try await ledger.hold(.test("a"))
        await #expect(throws: LedgerError.accountBusy("acme", requests: 1)) {
            try await ledger.changeAccount("acme") { $0.plan = nil }
        }
        #expect(bound(try await ledger.extend("a", by: 9, atMost: 49)) == 29)
        _ = try await ledger.capture(.agreed("a", TokenUsage(prompt: 10, thinking: 29)))
        #expect(try await ledger.changeAccount("acme") { $0.plan = nil }.credits == nil)
        #expect(try await ledger.verify().findings.sentences == [])
    }

    @Test("limits: thinking tokens shorten, dollars refuse, and a new day adds nothing to a request of the old one")
    func limits() async throws {
        clock.set("2026-03-30T23:59:00Z")
        let limits = UsageLimits(thinkingTokensPerMinute: 30, perDay: PicoUSD(215_000))
        let ledger = try await ledger(AccountTerms(kind: .postpaid, limits: limits))
        let (key, _) = try await ledger.createKey(account: "acme", terms: KeyTerms())
        _ = try await ledger.hold(.test("r", key: key.id))
        guard case .limitExceeded(let dollars)? = refusal(try await ledger.extend("r", by: 20, atMost: 49)) else {
            Issue.record("the day's dollars were passed")
            return
        }
        #expect(dollars.limit == .perDay && dollars.requested == 20_000)
        #expect(bound(try await ledger.extend("r", by: 5, atMost: 49)) == 25)
        clock.advance(CivilTime.minute)
        guard case .limitExceeded(let late)? = refusal(try await ledger.extend("r", by: 1, atMost: 49)) else {
            Issue.record("a request of yesterday got dollars of today")
            return
        }
        #expect(late.limit == .perDay && late.retryAfter == nil)
        _ = try await ledger.revokeKey(key.id)
        #expect(refusal(try await ledger.extend("r", by: 1, atMost: 49)) == .keyRevoked)
        #expect(try await ledger.verify().findings.sentences == [])
    }
}
