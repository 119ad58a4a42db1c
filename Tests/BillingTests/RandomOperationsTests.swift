import Testing

@testable import Billing

/// Random operations against a second, simpler bookkeeping, and against failing stores.
@Suite struct RandomOperationsTests {
    private struct Held {
        let account: String
        var amount: Int64
        /// Of each choice.
        var bound: Int
        let completion: Int
        let choices: Int
    }

    /// What accounts must come to, kept by adding and taking off.
    private struct Model {
        var granted: [String: Int64] = [:]
        var captured: [String: Int64] = [:]
        var held: [String: Held] = [:]
        var ended: [String: (capture: Capture, amount: Int64)] = [:]

        func heldSum(_ account: String) -> Int64 {
            held.values.reduce(0) { $0 + ($1.account == account ? $1.amount : 0) }
        }

        /// Whether an account can pay so much more.
        func affords(_ cost: Int64, _ account: String) -> Bool {
            switch account {
            case "pre": cost <= balance(account)
            case "cap": (captured[account] ?? 0) + heldSum(account) + cost <= RandomOperationsTests.cap
            default: true
            }
        }

        func balance(_ account: String) -> Int64 {
            (granted[account] ?? 0) - (captured[account] ?? 0) - heldSum(account)
        }
    }

    private static let accounts = ["pre", "post", "cap"]
    private static let cap: Int64 = 900_000

    @Test("balances are the sums of a simple model, and every end is the only one", arguments: 0..<8)
    func sums(seed: Int) async throws {
        var random = SplitMix(seed: UInt64(seed))
        let clock = TestClock()
        let store = MemoryStore()
        let ledger = Ledger(store: store, prices: .test, reading: { clock.now })
        _ = try await ledger.createAccount("pre", terms: AccountTerms(kind: .prepaid))
        _ = try await ledger.createAccount("post", terms: AccountTerms(kind: .postpaid))
        _ = try await ledger.createAccount("cap", terms: AccountTerms(kind: .capped, cap: PicoUSD(Self.cap)))
        var model = Model()
        for step in 0..<1500 {
            clock.advance(random.below(2000))
            switch random.below(12) {
            case 0: try await grant("g\(step)", &random, ledger, &model)
            case 1...5: try await hold("r\(step)", &random, ledger, &model)
            case 6: try await replay(&random, ledger, &model)
            case 7: try await void(&random, ledger, &model)
            case 8, 9: try await extend(&random, ledger, &model)
            default: try await capture(&random, ledger, &model)
            }
            if step % 100 == 0 { try await compare(ledger, model) }
        }
        try await compare(ledger, model)
        #expect(model.ended.count > 200)
        #expect(try await ledger.verify().findings.sentences == [])
        #expect(try await ledger.reconcile().captures == model.ended.count)
    }

    private func grant(_ id: String, _ random: inout SplitMix, _ ledger: Ledger, _ model: inout Model) async throws {
        let amount = Int64(random.below(1_000_000) + 1)
        for _ in 0...random.below(2) { _ = try await ledger.grant(PicoUSD(amount), to: "pre", id: id) }
        model.granted["pre", default: 0] += amount
    }

    private func hold(_ id: String, _ random: inout SplitMix, _ ledger: Ledger, _ model: inout Model) async throws {
        let account = Self.accounts[random.below(3)]
        let (prompt, choices) = (random.below(30), random.below(3) + 1)
        let (thinking, completion) = (random.below(40), random.below(60))
        let thought = min(thinking, completion)
        let cost = Int64(prompt * 1000 + choices * (thought * 5000 + (completion - thought) * 3000))
        let outcome = try await ledger.hold(
            .test(id, account: account, prompt: prompt, choices: choices, thinking: thinking, completion: completion)
        )
        #expect((outcome.hold != nil) == model.affords(cost, account))
        guard let hold = outcome.hold else { return }
        #expect(hold.terms.amount == PicoUSD(cost))
        model.held[id] = Held(
            account: account,
            amount: cost,
            bound: hold.terms.thinkingBound,
            completion: completion,
            choices: choices
        )
    }

    private func extend(_ random: inout SplitMix, _ ledger: Ledger, _ model: inout Model) async throws {
        guard let id = model.held.keys.sorted().randomElement(using: &random), let held = model.held[id] else { return }
        let (wanted, most) = (random.below(30), random.below(70))
        let more = max(0, min(wanted, min(most, held.completion) - held.bound))
        let cost = Int64(held.choices * more * 2000)
        let outcome = try await ledger.extend(id, by: wanted, atMost: most)
        guard model.affords(cost, held.account) else {
            guard case .refused(.insufficientFunds) = outcome else {
                Issue.record("\(held.account) cannot pay \(cost) more")
                return
            }
            return
        }
        guard case .extended(let hold, isCutByCredits: false) = outcome else {
            Issue.record("\(held.account) can pay \(cost) more")
            return
        }
        #expect(hold.terms.thinkingBound == held.bound + more)
        #expect(hold.terms.amount == PicoUSD(held.amount + cost))
        model.held[id]?.amount += cost
        model.held[id]?.bound += more
    }

    private func capture(_ random: inout SplitMix, _ ledger: Ledger, _ model: inout Model) async throws {
        guard let id = model.held.keys.sorted().randomElement(using: &random), let held = model.held[id] else { return }
        let usage = TokenUsage(thinking: random.below(held.choices * held.bound + 1))
        let capture = Capture.agreed(id, usage)
        let receipt = try await ledger.capture(capture)
        let amount = Int64(usage.thinking * 5000)
        #expect(receipt.amount == PicoUSD(amount))
        model.held[id] = nil
        model.captured[held.account, default: 0] += amount
        model.ended[id] = (capture, amount)
    }

    private func void(_ random: inout SplitMix, _ ledger: Ledger, _ model: inout Model) async throws {
        guard let id = model.held.keys.sorted().randomElement(using: &random) else { return }
        try await ledger.void(requestID: id, reason: "random")
        model.held[id] = nil
        await #expect(throws: LedgerError.settledDifferently(id)) {
            try await ledger.capture(.agreed(id, TokenUsage(thinking: 0)))
        }
    }

    private func replay(_ random: inout SplitMix, _ ledger: Ledger, _ model: inout Model) async throws {
        guard let id = model.ended.keys.sorted().randomElement(using: &random), let end = model.ended[id] else {
            return
        }
        #expect(try await ledger.capture(end.capture).amount == PicoUSD(end.amount))
    }

    private func compare(_ ledger: Ledger, _ model: Model) async throws {
        for name in Self.accounts {
            let account = try #require(try await ledger.account(name))
            #expect(account.granted == PicoUSD(model.granted[name] ?? 0))
            #expect(account.captured == PicoUSD(model.captured[name] ?? 0))
            #expect(account.held == PicoUSD(model.heldSum(name)))
        }
    }

    /// A store that fails at its n-th call, and works again: whatever the caller was told must be true.
    @Test("a failure of any one call of the store loses and doubles nothing", arguments: [1, 2, 5])
    func faults(length: Int) async throws {
        var failures = 0
        for first in 0..<60 {
            let plan = FaultPlan(failing: first..<(first + length))
            let store = MemoryStore(faults: plan)
            var settings = LedgerSettings()
            settings.retryInterval = .milliseconds(1)
            let ledger = Ledger(store: store, instance: "run_a", prices: .test, settings: settings)
            var told: Int64 = 0
            for index in 0..<4 {
                let outcome = try? await ledger.hold(.test("r\(index)", account: "local"))
                guard outcome?.hold != nil else {
                    failures += 1
                    continue
                }
                ledger.progress(TokenUsage(prompt: 10, thinking: index), requestID: "r\(index)")
                let usage = TokenUsage(prompt: 10, thinking: 4 + index, answer: 1)
                if index == 2 {
                    try await ledger.void(requestID: "r\(index)", reason: "x")
                } else {
                    let receipt = try await ledger.capture(.agreed("r\(index)", usage))
                    told += receipt.amount?.picodollars ?? 0
                }
            }
            while ledger.unwrittenCount > 0 { try await Task.sleep(for: .milliseconds(1)) }
            // An operation behind them: checkpoints and doubtful holds are settled before it.
            for _ in 0...length { _ = try? await ledger.createAccount("end", terms: AccountTerms(kind: .postpaid)) }
            while ledger.unwrittenCount > 0 { try await Task.sleep(for: .milliseconds(1)) }
            let verification = try await ledger.verify()
            #expect(verification.findings.sentences == [], "failing calls \(first)..<\(first + length)")
            #expect(verification.openHolds == 0)
            #expect(verification.captured == PicoUSD(told))
        }
        #expect(failures > 10)
    }
}
