import Testing

@testable import Billing

/// Clients that try again without a key, and only count their attempts.
@Suite struct AttemptTests {
    private static let usage = TokenUsage(prompt: 10, thinking: 5, answer: 7)

    private static func claim(_ attempt: Int, of sender: String = "key_1", seed: UInt64 = 1) -> IdempotencyClaim {
        IdempotencyClaim(attempt: attempt, of: sender, body: [1, 2, 3], seed: seed)
    }

    private static func ledger() async throws -> Ledger {
        let ledger = Ledger(store: MemoryStore(), prices: .test, reading: { TestClock().now })
        _ = try await ledger.createAccount("acme", terms: AccountTerms(kind: .postpaid))
        return ledger
    }

    private static func hold(_ ledger: Ledger, _ id: String, _ claim: IdempotencyClaim) async throws -> Hold {
        try #require(try await ledger.hold(.test(id, idempotency: claim)).hold)
    }

    @Test("what an attempt took that broke off is not paid again, and the next one samples the same")
    func again() async throws {
        let ledger = try await Self.ledger()
        let first = try await Self.hold(ledger, "r1", Self.claim(0, seed: 11))
        let part = TokenUsage(prompt: 10, thinking: 5, answer: 2)
        _ = try await ledger.capture(.agreed("r1", part, isAborted: true))
        let second = try await Self.hold(ledger, "r2", Self.claim(1, seed: 22))
        #expect(first.seed == 11 && second.seed == 11)
        let receipt = try await ledger.capture(.agreed("r2", Self.usage))
        #expect(receipt.billed == TokenUsage(answer: 5) && receipt.amount == PicoUSD(15_000))
        _ = try await Self.hold(ledger, "r3", Self.claim(2))
        #expect(try await ledger.capture(.agreed("r3", Self.usage)).amount == .zero)
    }

    @Test("a first attempt is new, whatever was asked before")
    func first() async throws {
        let ledger = try await Self.ledger()
        for id in ["r1", "r2"] {
            let hold = try await Self.hold(ledger, id, Self.claim(0, seed: id == "r1" ? 1 : 2))
            #expect(hold.seed == (id == "r1" ? 1 : 2))
            #expect(try await ledger.capture(.agreed(id, Self.usage)).billed == Self.usage)
        }
    }

    @Test("two that look the same do not wait for each other, and a later attempt waits for neither's answer")
    func twins() async throws {
        let ledger = try await Self.ledger()
        _ = try await Self.hold(ledger, "r1", Self.claim(0))
        #expect(try await Self.hold(ledger, "r2", Self.claim(0)).seed == nil)
        let third = try await ledger.hold(.test("r3", idempotency: Self.claim(1)))
        #expect(third.refusal == .stillRunning(requestID: "r1"))
        _ = try await ledger.capture(.agreed("r1", Self.usage))
        _ = try await ledger.capture(.agreed("r2", Self.usage))
        _ = try await Self.hold(ledger, "r4", Self.claim(1))
        #expect(try await ledger.capture(.agreed("r4", Self.usage)).amount == .zero)
    }

    @Test("a later attempt of another sender, after an hour, or of nothing is a request like any other")
    func strangers() async throws {
        let clock = TestClock()
        let ledger = Ledger(store: MemoryStore(), prices: .test, reading: { clock.now })
        _ = try await ledger.createAccount("acme", terms: AccountTerms(kind: .postpaid))
        _ = try await Self.hold(ledger, "r1", Self.claim(0))
        _ = try await ledger.capture(.agreed("r1", Self.usage))
        for (id, claim) in [("r2", Self.claim(1, of: "key_2")), ("r3", Self.claim(1))] {
            if id == "r3" { clock.advance(CivilTime.hour + 1) }
            _ = try await Self.hold(ledger, id, claim)
            #expect(try await ledger.capture(.agreed(id, Self.usage)).billed == Self.usage)
        }
    }
}
