import Testing

@testable import Billing

@Suite struct LimitTests {
    private let clock = TestClock()

    private func ledger(_ limits: UsageLimits, cap: PicoUSD? = nil) async throws -> Ledger {
        let clock = clock
        let ledger = Ledger(store: MemoryStore(), prices: .test, reading: { clock.now })
        let terms = AccountTerms(kind: cap == nil ? .postpaid : .capped, cap: cap, limits: limits)
        _ = try await ledger.createAccount("acme", terms: terms)
        return ledger
    }

    private func excess(_ outcome: HoldOutcome) -> LimitExcess? {
        if case .limitExceeded(let excess) = outcome.refusal { excess } else { nil }
    }

    @Test("requests per minute: the n-th passes, the next waits for the new minute")
    func requests() async throws {
        let ledger = try await ledger(UsageLimits(requestsPerMinute: 2))
        clock.advance(40_000)
        let first = try #require(try await ledger.hold(.test("1")).hold)
        #expect(first.rateLimits.requests == RateLimits.Window(limit: 2, remaining: 1, resetsAfter: 20_000))
        #expect(try await ledger.hold(.test("2")).hold?.rateLimits.requests?.remaining == 0)
        let third = try await ledger.hold(.test("3"))
        #expect(excess(third)?.limit == .requestsPerMinute)
        #expect(excess(third)?.retryAfter == 20_000)
        clock.advance(20_000)
        #expect(try await ledger.hold(.test("3")).hold != nil)
    }

    @Test("tokens per minute count the bound first and then what was taken")
    func tokens() async throws {
        let ledger = try await ledger(UsageLimits(tokensPerMinute: 100))
        #expect(try await ledger.hold(.test("1")).hold?.rateLimits.tokens?.remaining == 40)
        #expect(excess(try await ledger.hold(.test("2")))?.used == 60)
        _ = try await ledger.capture(.agreed("1", TokenUsage(prompt: 10, answer: 5)))
        #expect(try await ledger.hold(.test("2")).hold?.rateLimits.tokens?.remaining == 25)
        // What ends in a later minute gives nothing back to it.
        clock.advance(CivilTime.minute)
        _ = try await ledger.capture(.agreed("2", TokenUsage(prompt: 10, answer: 5)))
        #expect(try await ledger.hold(.test("3")).hold?.rateLimits.tokens?.remaining == 40)
        let large = excess(try await ledger.hold(.test("4", prompt: 51)))
        #expect(large?.requested == 101)
        #expect(large?.retryAfter == nil)
    }

    @Test("thinking tokens per minute shorten what could never pass, and refuse what passes later")
    func thinking() async throws {
        let ledger = try await ledger(UsageLimits(thinkingTokensPerMinute: 30))
        #expect(try await ledger.hold(.test("1", choices: 2, thinking: 40)).hold?.thinkingBound == 15)
        #expect(excess(try await ledger.hold(.test("2", thinking: 1)))?.limit == .thinkingTokensPerMinute)
        #expect(try await ledger.hold(.test("3", thinking: 0)).hold != nil)
        _ = try await ledger.capture(.agreed("1", TokenUsage(prompt: 10, thinking: 11, answer: 1)))
        #expect(try await ledger.hold(.test("4", thinking: 19)).hold?.rateLimits.thinkingTokens?.remaining == 0)
    }

    @Test("parallel requests, of key and account each for itself")
    func parallel() async throws {
        let ledger = try await ledger(UsageLimits(parallelRequests: 2))
        let (key, _) = try await ledger.createKey(
            account: "acme",
            terms: KeyTerms(limits: UsageLimits(parallelRequests: 1))
        )
        #expect(try await ledger.hold(.test("1", key: key.id)).hold != nil)
        #expect(excess(try await ledger.hold(.test("2", key: key.id)))?.subject == .key)
        #expect(try await ledger.hold(.test("3")).hold != nil)
        #expect(excess(try await ledger.hold(.test("4")))?.subject == .account)
        try await ledger.void(requestID: "1", reason: "x")
        #expect(try await ledger.hold(.test("5", key: key.id)).hold != nil)
    }

    @Test("dollars per day and month, and the cap: the windows begin anew at midnight UTC and on the first")
    func money() async throws {
        clock.set("2026-03-30T23:00:00Z")
        let limits = UsageLimits(perDay: PicoUSD(400_000))
        let ledger = try await ledger(limits, cap: PicoUSD(700_000))
        for id in ["1", "2"] { #expect(try await ledger.hold(.test(id)).hold != nil) }
        let excess = excess(try await ledger.hold(.test("3")))
        #expect(excess?.limit == .perDay)
        #expect(excess?.retryAfter == CivilTime.hour)
        clock.advance(CivilTime.hour)
        #expect(try await ledger.hold(.test("3")).hold != nil)
        // 600,000 of 700,000 are held in March.
        #expect(
            try await ledger.hold(.test("4")).refusal
                == .insufficientFunds(needed: PicoUSD(200_000), spendable: PicoUSD(100_000), held: PicoUSD(600_000))
        )
        _ = try await ledger.grant(PicoUSD(100_000), to: "acme")
        #expect(try await ledger.hold(.test("4")).hold != nil)
        clock.advance(CivilTime.day)
        #expect(try await ledger.hold(.test("5")).hold != nil)
        // What ends now still counts in March.
        _ = try await ledger.capture(.agreed("1", TokenUsage(prompt: 10)))
        #expect(try await ledger.account("acme")?.windows.monthAmount == PicoUSD(200_000))
    }

    @Test("a clock that was set back reopens no window, and minutes go on")
    func clockSetBack() async throws {
        let ledger = try await ledger(UsageLimits(requestsPerMinute: 1, perDay: PicoUSD(400_000)))
        #expect(try await ledger.hold(.test("1")).hold != nil)
        clock.set("2026-03-09T12:00:00Z")
        #expect(excess(try await ledger.hold(.test("2")))?.limit == .requestsPerMinute)
        clock.advance(CivilTime.minute)
        #expect(try await ledger.hold(.test("2")).hold != nil)
        clock.advance(CivilTime.minute)
        #expect(excess(try await ledger.hold(.test("3")))?.limit == .perDay)
        let times = try await ledger.entries(after: 0).map(\.time)
        #expect(times == times.sorted())
        #expect(CivilTime.dateText(times[0]) == "2026-03-10")
        #expect(try await ledger.verify().isSound)
    }

    @Test("a thousand holds at once never pass a limit by one picodollar", arguments: StoreKind.available)
    func thousandAtOnce(kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let ledger = Ledger(store: try kind.make(folder), prices: .test)
        // One picodollar short of 78 requests that think.
        let money = PicoUSD(78 * 200_000 - 1)
        _ = try await ledger.createAccount("acme", terms: AccountTerms(kind: .prepaid))
        _ = try await ledger.grant(money, to: "acme")
        _ = try await ledger.grantCredits(1000, to: "acme")
        let holds = try await withThrowingTaskGroup(of: Hold?.self) { group in
            for index in 0..<1000 {
                group.addTask { try await ledger.hold(.test("r\(index)")).hold }
            }
            return try await group.reduce(into: [Hold]()) { list, hold in if let hold { list.append(hold) } }
        }
        // The first fifty think 20 tokens each, and then the credits are gone; answers are cheaper than thoughts.
        #expect(holds.reduce(0) { $0 + $1.thinkingBound } == 1000)
        #expect(holds.count == 84)
        let account = try #require(try await ledger.account("acme"))
        #expect(account.held == PicoUSD(holds.reduce(Int64(0)) { $0 + ($1.terms.amount?.picodollars ?? 0) }))
        #expect(account.held <= money)
        #expect(account.credits?.report.available == 0)
        let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
            for hold in holds {
                let usage = TokenUsage(prompt: 10, thinking: hold.thinkingBound, answer: 50 - hold.thinkingBound)
                group.addTask { try await ledger.capture(.agreed(hold.requestID, usage)) }
            }
            return try await group.reduce(into: [Receipt]()) { $0.append($1) }
        }
        #expect(receipts.count == holds.count)
        #expect(try await ledger.account("acme")?.captured == account.held)
        #expect(try await ledger.verify().findings.sentences == [])
    }
}
