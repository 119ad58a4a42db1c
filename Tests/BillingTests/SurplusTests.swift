import Testing

@testable import Billing

/// Surplus of thinking credits as money.
@Suite struct SurplusTests {
    private let clock = TestClock("2026-03-30T12:00:00Z")

    private func ledger(_ kind: AccountKind = .postpaid) async throws -> Ledger {
        let clock = clock
        let ledger = Ledger(store: MemoryStore(), prices: .test, reading: { clock.now })
        let plan = CreditPlan(name: "u", earnRate: 1, mode: .unlimited)
        _ = try await ledger.createAccount("acme", terms: AccountTerms(kind: kind, plan: plan))
        return ledger
    }

    private func think(_ ledger: Ledger, _ id: String, _ tokens: Int) async throws -> Receipt {
        _ = try #require(try await ledger.hold(.test(id, prompt: 0, thinking: 100, completion: 100)).hold)
        return try await ledger.capture(.agreed(id, TokenUsage(thinking: tokens)))
    }

    @Test("24 tokens are owed, the others are charged with their request")
    func charged() async throws {
        let ledger = try await ledger()
        let receipt = try await think(ledger, "1", 30)
        #expect(receipt.amount == PicoUSD(30 * 5000 + 6 * 7000))
        #expect(receipt.cost?.surplusThinking == PicoUSD(42_000))
        #expect(receipt.credits?.surplus == 24)
        #expect(try await ledger.verify().findings.sentences == [])
    }

    @Test("what is owed at the end of a month is charged for that month, after what was earned back")
    func period() async throws {
        let ledger = try await ledger()
        _ = try await think(ledger, "1", 20)
        clock.set("2026-04-02T00:00:00Z")
        // 36 hours were left of March, in which all 20 tokens were earned back.
        let march = try #require(CivilTime.month("2026-03"))
        #expect(try await ledger.invoice("acme", month: march).total == PicoUSD(100_000))
        clock.set("2026-04-30T23:30:00Z")
        _ = try await think(ledger, "2", 44)
        clock.set("2026-05-07T00:00:00Z")
        let invoice = try await ledger.invoice("acme", month: try #require(CivilTime.month("2026-04")))
        // 24 earned, 20 owed; half an hour earned half a token of them back, so that 20 are begun.
        #expect(invoice.total == PicoUSD(44 * 5000 + 20 * 7000))
        #expect(invoice.lines.map(\.item) == ["thinking", "surplus_thinking"])
        #expect(try await ledger.account("acme")?.credits?.report.surplus == 0)
        #expect(try await ledger.verify().findings.sentences == [])
    }

    @Test("leaving unlimited mode charges what is owed at once, and so does closing")
    func modeAndClose() async throws {
        let ledger = try await ledger()
        _ = try await think(ledger, "1", 10)
        let changed = try await ledger.changeAccount("acme") { $0.plan?.mode = .standard }
        #expect(changed.captured == PicoUSD(10 * 5000 + 10 * 7000))
        #expect(changed.credits?.report.surplusCharged == 10)
        #expect(try await ledger.hold(.test("2")).hold?.thinkingBound == 0)
        try await ledger.void(requestID: "2", reason: "x")
        _ = try await ledger.changeAccount("acme") { $0.plan?.mode = .unlimited }
        _ = try await think(ledger, "3", 5)
        #expect(try await ledger.closeAccount("acme").captured == PicoUSD(15 * 5000 + 15 * 7000))
        #expect(try await ledger.verify().findings.sentences == [])
    }

    @Test("a prepaid account can always pay the surplus that it may be charged")
    func prepaid() async throws {
        let ledger = try await ledger(.prepaid)
        // A bound of 100 tokens: 24 may be owed, 76 would be charged at once.
        let worst = PicoUSD(100 * 5000 + 76 * 7000)
        _ = try await ledger.grant(try worst.adding(PicoUSD(24 * 7000 - 1)), to: "acme", id: "a")
        let request = HoldRequest.test("1", prompt: 0, thinking: 100, completion: 100)
        #expect(try await ledger.hold(request).hold == nil)
        _ = try await ledger.grant(PicoUSD(1), to: "acme", id: "b")
        #expect(try await ledger.hold(request).hold?.terms.amount == worst)
        _ = try await ledger.capture(.agreed("1", TokenUsage(thinking: 100)))
        #expect(try await ledger.account("acme")?.spendable() == .zero)
        let closed = try await ledger.closeAccount("acme")
        #expect(closed.captured == closed.granted)
        #expect(try await ledger.verify().findings.sentences == [])
    }
}
