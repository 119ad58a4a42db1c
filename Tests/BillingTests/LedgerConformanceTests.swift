import Testing

@testable import Billing

/// What every store must give; the model in memory is the first of them.
@Suite struct LedgerConformanceTests {
    private let folder: TemporaryFolder
    private let clock = TestClock()

    init() throws { folder = try TemporaryFolder() }

    private func ledger(_ kind: StoreKind, instance: String = "run_a") throws -> Ledger {
        let clock = clock
        return Ledger(store: try kind.make(folder), instance: instance, prices: .test, reading: { clock.now })
    }

    private func prepaid(_ kind: StoreKind, usd: String = "1") async throws -> Ledger {
        let ledger = try ledger(kind)
        _ = try await ledger.createAccount("acme", terms: AccountTerms(kind: .prepaid))
        _ = try await ledger.grant(try #require(PicoUSD(usd: usd)), to: "acme", id: "g1")
        return ledger
    }

    @Test("a request is held, captured once, and its replay gives the same receipt", arguments: StoreKind.available)
    func lifeOfACharge(kind: StoreKind) async throws {
        let ledger = try await prepaid(kind)
        let hold = try #require(try await ledger.hold(.test("r1")).hold)
        // 10 prompt tokens, 20 thinking and 30 answer tokens: thinking is the dearer.
        #expect(hold.terms.amount == PicoUSD(10 * 1000 + 20 * 5000 + 30 * 3000))
        #expect(try await ledger.account("acme")?.held == hold.terms.amount)
        let usage = TokenUsage(prompt: 10, cachedPrompt: 4, thinking: 5, answer: 6, forced: 2)
        let receipt = try await ledger.capture(.agreed("r1", usage))
        #expect(receipt.amount == PicoUSD(6 * 1000 + 4 * 100 + 5 * 5000 + 6 * 3000))
        #expect(
            receipt.cost
                == Cost(
                    prompt: PicoUSD(6000),
                    cachedPrompt: PicoUSD(400),
                    thinking: PicoUSD(25_000),
                    answer: PicoUSD(18_000)
                )
        )
        #expect(receipt.isDurable)
        #expect(try await ledger.capture(.agreed("r1", usage)) == receipt)
        await #expect(throws: LedgerError.settledDifferently("r1")) {
            try await ledger.capture(.agreed("r1", TokenUsage(prompt: 10, answer: 1)))
        }
        await #expect(throws: LedgerError.settledDifferently("r1")) {
            try await ledger.void(requestID: "r1", reason: "x")
        }
        let account = try #require(try await ledger.account("acme"))
        #expect(account.held == .zero)
        #expect(account.captured == receipt.amount)
        #expect(try account.spendable() == PicoUSD(1_000_000_000_000 - 49_400))
        let verification = try await ledger.verify()
        #expect(verification.findings.sentences == [])
        #expect(verification.entries == 4)
        #expect(verification.holds == 1 && verification.captures == 1)
    }

    @Test("a void gives everything back, and a second one does nothing", arguments: StoreKind.available)
    func voiding(kind: StoreKind) async throws {
        let ledger = try await prepaid(kind)
        let before = try await ledger.account("acme")
        _ = try await ledger.hold(.test("r1"))
        try await ledger.void(requestID: "r1", reason: "engine_failed")
        try await ledger.void(requestID: "r1", reason: "engine_failed")
        let after = try #require(try await ledger.account("acme"))
        #expect(after.held == .zero)
        #expect(after.captured == .zero)
        #expect(after.windows.monthAmount == before?.windows.monthAmount)
        await #expect(throws: LedgerError.unknownRequest("r2")) { try await ledger.void(requestID: "r2", reason: "x") }
        await #expect(throws: LedgerError.requestExists("r1")) { try await ledger.hold(.test("r1")) }
        #expect(try await ledger.verify().isSound)
    }

    @Test("a prepaid account spends its grants to the last picodollar and no further", arguments: StoreKind.available)
    func prepaidBound(kind: StoreKind) async throws {
        let ledger = try await prepaid(kind, usd: "0.0000004")
        #expect(try await ledger.hold(.test("a")).hold != nil)
        #expect(try await ledger.hold(.test("b")).hold != nil)
        let refusal = try await ledger.hold(.test("c")).refusal
        #expect(refusal == .insufficientFunds(needed: PicoUSD(200_000), spendable: .zero, held: PicoUSD(400_000)))
        _ = try await ledger.capture(.agreed("a", TokenUsage(prompt: 10, thinking: 20, answer: 29)))
        // 3,000 came back: enough for a prompt of two tokens and no more.
        let small = HoldRequest.test("d", prompt: 3, thinking: 0, completion: 0)
        #expect(try await ledger.hold(small).hold != nil)
        let tiny = HoldRequest.test("e", prompt: 1, thinking: 0, completion: 0)
        #expect(try await ledger.hold(tiny).refusal != nil)
        #expect(try await ledger.verify().isSound)
    }

    @Test("a model without a price costs null at home, and nobody else gets it", arguments: StoreKind.available)
    func unpriced(kind: StoreKind) async throws {
        let ledger = try await prepaid(kind)
        #expect(try await ledger.hold(.test("r1", model: "new")).refusal == .noPrice(model: "new"))
        let hold = try #require(try await ledger.hold(.test("r2", account: "local", model: "new")).hold)
        #expect(hold.terms.amount == nil)
        let receipt = try await ledger.capture(.agreed("r2", TokenUsage(prompt: 10, answer: 3)))
        #expect(receipt.amount == nil)
        #expect(receipt.cost == nil)
        #expect(try await ledger.verify().isSound)
    }

    @Test("a hold of a dead run is billed at its last checkpoint", arguments: StoreKind.available)
    func recovery(kind: StoreKind) async throws {
        let store = try kind.make(folder)
        let clock = clock
        var settings = LedgerSettings()
        settings.checkpointTokens = 5
        settings.deadAfter = .zero
        let dead = Ledger(store: store, instance: "run_a", prices: .test, settings: settings, reading: { clock.now })
        _ = try await dead.hold(.test("r1", account: "local"))
        _ = try await dead.hold(.test("r2", account: "local"))
        dead.progress(TokenUsage(prompt: 10, thinking: 4), requestID: "r1")
        dead.progress(TokenUsage(prompt: 10, thinking: 5, answer: 1), requestID: "r1")
        // Any operation behind them in the queue shows that they are written.
        _ = try await dead.createAccount("other", terms: AccountTerms(kind: .postpaid))
        let living = Ledger(store: store, instance: "run_b", prices: .test, settings: settings, reading: { clock.now })
        _ = try await living.hold(.test("r3", account: "local"))
        #expect(try await living.recover() == 2)
        #expect(try await living.recover() == 0)
        let account = try #require(try await living.account("local"))
        #expect(account.captured == PicoUSD(10_000 + 25_000 + 3000))
        #expect(account.windows.open == 1)
        let verification = try await living.verify()
        #expect(verification.findings.sentences == [])
        #expect(verification.recoveries == 2 && verification.openHolds == 1)
        let reconciliation = try await living.reconcile()
        #expect(reconciliation.isSound)
        #expect(reconciliation.recoveries == 2)
        // The dead run may still believe that it can end its requests: the bill stays, and it is told what that is.
        let receipt = try await dead.capture(.agreed("r1", TokenUsage(prompt: 10, thinking: 6)))
        #expect(receipt.amount == PicoUSD(10_000 + 25_000 + 3000))
        await #expect(throws: LedgerError.settledDifferently("r2")) {
            try await dead.void(requestID: "r2", reason: "x")
        }
        #expect(try await living.account("local") == account)
    }

    @Test(
        "an idempotent request is replayed, refused, or resumed at the price of what is new",
        arguments: StoreKind.available
    )
    func idempotency(kind: StoreKind) async throws {
        let ledger = try await prepaid(kind)
        let claim = IdempotencyClaim(key: "k", body: Array("{}".utf8), seed: 7)
        let other = IdempotencyClaim(key: "k", body: Array("[]".utf8), seed: 8)
        let again = IdempotencyClaim(key: "k", body: Array("{}".utf8), seed: 9)
        let first = try #require(try await ledger.hold(.test("r1", idempotency: claim)).hold)
        #expect(first.seed == 7)
        #expect(try await ledger.hold(.test("r2", idempotency: again)).refusal == .stillRunning(requestID: "r1"))
        #expect(try await ledger.hold(.test("r2", idempotency: other)).refusal == .bodyDiffers)
        let part = TokenUsage(prompt: 10, thinking: 20, answer: 1)
        let receipt = try await ledger.capture(.agreed("r1", part, isAborted: true))
        #expect(receipt.amount == PicoUSD(10_000 + 100_000 + 3000))

        let second = try #require(try await ledger.hold(.test("r2", idempotency: again)).hold)
        #expect(second.seed == 7)
        let whole = TokenUsage(prompt: 10, cachedPrompt: 8, thinking: 20, answer: 12, forced: 3)
        let answer = StoredResponse(status: 200, contentType: "application/json", body: Array("{}".utf8))
        let rest = try await ledger.capture(.agreed("r2", whole, response: answer))
        #expect(rest.billed == TokenUsage(answer: 11, forced: 3))
        #expect(rest.amount == PicoUSD(33_000))
        #expect(try await ledger.hold(.test("r3", idempotency: again)) == .replay(answer, requestID: "r2"))
        clock.advance(CivilTime.day)
        #expect(try await ledger.hold(.test("r4", idempotency: other)).hold?.seed == 8)
        #expect(try await ledger.verify().findings.sentences == [])
        #expect(try await ledger.reconcile().captures == 2)
    }

    @Test("what was voided, or answered with more than is kept, runs again", arguments: StoreKind.available)
    func idempotencyWithoutAnswer(kind: StoreKind) async throws {
        let ledger = try await prepaid(kind)
        let claim = IdempotencyClaim(key: "k", body: [1], seed: 7)
        let other = IdempotencyClaim(key: "k", body: [2], seed: 8)
        _ = try await ledger.hold(.test("r1", idempotency: claim))
        try await ledger.void(requestID: "r1", reason: "full")
        #expect(try await ledger.hold(.test("r2", idempotency: other)).hold?.seed == 8)
        let usage = TokenUsage(prompt: 10, answer: 5)
        let large = StoredResponse(status: 200, contentType: "t", body: [UInt8](repeating: 0, count: 1_048_577))
        _ = try await ledger.capture(.agreed("r2", usage, response: large))
        #expect(try await ledger.hold(.test("r3", idempotency: other)).hold?.seed == 8)
        #expect(try await ledger.capture(.agreed("r3", usage)).amount == .zero)
    }

    @Test("keys open by digest, expire, rotate with grace and are revoked", arguments: StoreKind.available)
    func keys(kind: StoreKind) async throws {
        let ledger = try ledger(kind)
        #expect(try await !ledger.hasKeys())
        _ = try await ledger.createAccount("acme", terms: AccountTerms(kind: .postpaid))
        let expiry = try #require(CivilTime.moment("2026-03-11"))
        let (key, secret) = try await ledger.createKey(account: "acme", terms: KeyTerms(label: "ci", expiresAt: expiry))
        #expect(secret.text.hasPrefix("sk-act-") && secret.text.utf8.count == 50)
        #expect(try await ledger.hasKeys())
        #expect(try await ledger.authenticate(secret.text) == .accepted(key))
        #expect(try await ledger.authenticate(secret.text + "x") == .refused(.keyUnknown))
        #expect(try await ledger.authenticate(key.digest) == .refused(.keyUnknown))
        let (_, second) = try await ledger.rotateKey(key.id, grace: .seconds(60))
        clock.advance(59_999)
        guard case .accepted = try await ledger.authenticate(secret.text) else {
            Issue.record("the old text opens during the grace")
            return
        }
        clock.advance(1)
        #expect(try await ledger.authenticate(secret.text) == .refused(.keyUnknown))
        let (_, third) = try await ledger.rotateKey(key.id)
        #expect(try await ledger.authenticate(second.text) == .refused(.keyUnknown))
        #expect(try await ledger.hold(.test("r1", key: key.id)).hold != nil)
        #expect(try await ledger.hold(.test("r2", account: "local", key: key.id)).refusal == .keyUnknown)
        clock.advance(CivilTime.day)
        #expect(try await ledger.authenticate(third.text) == .refused(.keyExpired(at: expiry)))
        #expect(try await ledger.hold(.test("r2", key: key.id)).refusal == .keyExpired(at: expiry))
        _ = try await ledger.revokeKey(key.id)
        #expect(try await ledger.authenticate(third.text) == .refused(.keyRevoked))
        await #expect(throws: LedgerError.keyRevoked(key.id)) { try await ledger.rotateKey(key.id) }
        #expect(try await ledger.verify().findings.sentences == [])
    }

    @Test(
        "a closed account and its keys open nothing, and it waits for running requests",
        arguments: StoreKind.available
    )
    func closing(kind: StoreKind) async throws {
        let ledger = try await prepaid(kind)
        let (_, secret) = try await ledger.createKey(account: "acme", terms: KeyTerms())
        _ = try await ledger.hold(.test("r1"))
        await #expect(throws: LedgerError.accountBusy("acme", requests: 1)) { try await ledger.closeAccount("acme") }
        try await ledger.void(requestID: "r1", reason: "x")
        #expect(try await ledger.closeAccount("acme").closedAt != nil)
        #expect(try await ledger.authenticate(secret.text) == .refused(.accountClosed("acme")))
        #expect(try await ledger.hold(.test("r2")).refusal == .accountClosed("acme"))
        await #expect(throws: LedgerError.accountClosed("acme")) { try await ledger.grant(.dollar, to: "acme") }
        #expect(try await ledger.verify().isSound)
    }

    @Test("grants count once for each id", arguments: StoreKind.available)
    func grants(kind: StoreKind) async throws {
        let ledger = try await prepaid(kind)
        #expect(try await ledger.grant(.dollar, to: "acme", id: "g1").granted == .dollar)
        await #expect(throws: LedgerError.grantDiffers(id: "g1")) {
            try await ledger.grant(PicoUSD(1), to: "acme", id: "g1")
        }
        #expect(try await ledger.grantCredits(100, to: "acme", id: "c1").credits?.report.granted == 100)
        #expect(try await ledger.grantCredits(100, to: "acme", id: "c1").credits?.report.granted == 100)
        // From now on the account has what it was granted, and then it stops thinking.
        let hold = try #require(try await ledger.hold(.test("r1", choices: 3, thinking: 40)).hold)
        #expect(hold.thinkingBound == 33)
        #expect(hold.isCutByCredits)
        _ = try await ledger.capture(.agreed("r1", TokenUsage(prompt: 10, thinking: 99, answer: 1)))
        #expect(try await ledger.hold(.test("r2")).hold?.thinkingBound == 1)
        #expect(try await ledger.hold(.test("r3")).hold?.thinkingBound == 0)
        #expect(try await ledger.verify().findings.sentences == [])
    }

    @Test("usage, expectation and export come out of the journal", arguments: StoreKind.available)
    func reading(kind: StoreKind) async throws {
        let ledger = try await prepaid(kind)
        for index in 1...10 {
            _ = try await ledger.hold(.test("r\(index)", thinking: 50))
            let usage = TokenUsage(prompt: 10, thinking: index, answer: 2 * index)
            _ = try await ledger.capture(.agreed("r\(index)", usage))
            if index == 5 { clock.advance(CivilTime.day) }
        }
        let start = try #require(CivilTime.moment("2026-03-01"))
        let rows = try await ledger.usage(account: "acme", by: .day, from: start, until: start + 31 * CivilTime.day)
            .rows
        #expect(rows.map(\.requests) == [5, 5])
        #expect(rows.map(\.usage.thinking) == [15, 40])
        #expect(rows.map { CivilTime.dateText($0.start) } == ["2026-03-10", "2026-03-11"])
        let quote = try await ledger.quote(.test("q", thinking: 9, completion: 50), cachedTokens: 4)
        #expect(quote.worstCase.cost == PicoUSD(10_000 + 45_000 + 123_000))
        #expect(quote.expected?.requests == 10)
        #expect(quote.expected?.median.thinkingTokens == 5)
        #expect(quote.expected?.p90.thinkingTokens == 9)
        #expect(quote.expected?.median.cost == PicoUSD(6000 + 400 + 25_000 + 30_000))
        let hold = try #require(try await ledger.hold(.test("q", thinking: 9, completion: 50)).hold)
        #expect(hold.terms.amount == quote.worstCase.cost)
        let all = try await ledger.entries(after: 0)
        #expect(all.map(\.seq) == Array(1...23))
        #expect(try await ledger.entries(after: 20).map(\.seq) == [21, 22, 23])
    }
}
