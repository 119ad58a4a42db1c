import Testing

@testable import Billing

/// Three servers that are cut off, mended, killed and started again at random, against a simple bookkeeping.
@Suite struct RandomLeaseTests {
    /// A request that runs, and where.
    private struct Running {
        let id: String
        let replica: Int
        /// Whether its server was cut off when it began.
        let isLeased: Bool
    }

    private struct Model {
        var running: [Running] = []
        /// What finished requests cost.
        var costs: [String: Int64] = [:]
        var leasedCount = 0
        var refusedCount = 0
    }

    private static let price: Int64 = 3000
    private static let prompt: Int64 = 10 * 1000
    private static let grant: Int64 = 40 * (prompt + 50 * price)

    @Test("nobody spends what is not there, and nothing is lost or doubled", arguments: 0..<12)
    func random(seed: Int) async throws {
        var random = SplitMix(seed: UInt64(seed))
        let clock = TestClock()
        let shared = MemoryStore()
        var books = (0..<3).map { _ in MemoryStore() }
        func start(_ index: Int, _ run: String) -> LeaseTests.Replica {
            LeaseTests.Replica(shared, books: books[index], lease: 3 * Self.grant / 40, run: run, clock: clock)
        }
        var replicas = (0..<3).map { start($0, "run_\($0)") }
        let admin = Ledger(store: shared, prices: .test, reading: { clock.now })
        _ = try await admin.createAccount("acme", terms: AccountTerms(kind: .prepaid))
        _ = try await admin.grant(PicoUSD(Self.grant), to: "acme")
        let (key, _) = try await admin.createKey(account: "acme", terms: KeyTerms())
        var model = Model()
        for step in 0..<400 {
            clock.advance(random.below(4000))
            let index = random.below(3)
            switch random.below(14) {
            case 0: replicas[index].wire.isCut = true
            case 1: try await replicas[index].mend()
            case 2: await replicas[index].ledger.settleLeases()
            case 3 where random.below(3) == 0:
                // Killed: what it held in the ledger is billed by others, what it held from leases by its next run.
                replicas[index].wire.isCut = true
                let run = replicas[index].ledger.instance
                model.running.removeAll { running in
                    guard running.replica == index else { return false }
                    model.costs[running.id] = 0
                    return true
                }
                let old = books[index]
                books[index] = MemoryStore()
                replicas[index] = start(index, "run_\(index)_\(step)")
                _ = try await admin.recover { $0 == run }
                let left = Ledger(store: old, instance: "left_\(step)", prices: .test, reading: { clock.now })
                #expect(try await admin.settle(leftBy: run, LeaseBranch(ledger: left, amount: .zero)))
            case 4...8: try await hold("r\(step)", key.id, replicas, index, &model)
            default: try await capture(&random, replicas, &model)
            }
            try check(shared)
        }
        for replica in replicas { try await replica.mend() }
        while !model.running.isEmpty { try await capture(&random, replicas, &model) }
        for replica in replicas {
            await replica.ledger.settleLeases(all: true)
            #expect(replica.ledger.branch?.isClear == true)
            for _ in 0..<1000 where replica.ledger.unwrittenCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
        let account = try #require(try await admin.account("acme"))
        #expect(account.held == .zero)
        #expect(account.captured.picodollars == model.costs.values.reduce(0, +))
        #expect(model.leasedCount > 0 && model.refusedCount > 0)
        let ends = try shared.read { reader throws(StoreError) in
            try reader.entries(after: 0, limit: 100_000).filter(\.event.kind.isTerminal).compactMap(\.reference)
        }
        #expect(ends.sorted() == model.costs.keys.sorted())
        #expect(try await admin.verify().findings.sentences == [])
        #expect(try await admin.leases() == [])
    }

    private func hold(
        _ id: String,
        _ key: String,
        _ replicas: [LeaseTests.Replica],
        _ index: Int,
        _ model: inout Model
    ) async throws {
        let replica = replicas[index]
        do {
            let outcome = try await replica.ledger.hold(.test(id, key: key, thinking: 0))
            guard outcome.hold != nil else {
                model.refusedCount += 1
                return
            }
            let isLeased = replica.wire.isCut
            if isLeased { model.leasedCount += 1 }
            model.running.append(Running(id: id, replica: index, isLeased: isLeased))
        } catch LedgerError.storage {
            model.refusedCount += 1
            #expect(replica.wire.isCut)
        }
    }

    private func capture(
        _ random: inout SplitMix,
        _ replicas: [LeaseTests.Replica],
        _ model: inout Model
    ) async throws {
        guard !model.running.isEmpty else { return }
        let running = model.running.remove(at: random.below(model.running.count))
        let usage = TokenUsage(prompt: 10, answer: random.below(51))
        let replica = replicas[running.replica]
        if replica.wire.isCut, !running.isLeased {
            // It would be kept in memory, and be lost with its server: that is another test's.
            try await replica.mend()
        }
        let receipt = try await replica.ledger.capture(.agreed(running.id, usage))
        #expect(receipt.isDurable)
        model.costs[running.id] = Self.prompt + Int64(usage.answer) * Self.price
    }

    /// That the ledger is whole, and nothing is held that is not there, after each step.
    private func check(_ shared: MemoryStore) throws {
        try shared.read { reader throws(StoreError) in
            let account = try reader.account(named: "acme")
            #expect((try? account?.spendable()).flatMap { $0 }.map { $0 >= .zero } == true)
        }
    }
}
