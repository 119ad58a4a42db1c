import Testing

@testable import Billing

/// What the front adds to a store: shared transactions, checkpoints, and patience with a store that fails.
@Suite struct LedgerFrontTests {
    private func ledger(_ store: any LedgerStore) -> Ledger {
        var settings = LedgerSettings()
        settings.retryInterval = .milliseconds(1)
        return Ledger(store: store, instance: "run_a", prices: .test, settings: settings)
    }

    @Test("operations that come while a transaction is written share the next one", .timeLimit(.minutes(1)))
    func groupCommit() async throws {
        let store = GatedStore()
        let ledger = ledger(store)
        let outcomes = try await withThrowingTaskGroup(of: HoldOutcome.self) { group in
            group.addTask { try await ledger.hold(.test("first", account: "local")) }
            while ledger.waitingCount > 0 || !ledger.isWriting { await Task.yield() }
            for index in 0..<100 {
                group.addTask { try await ledger.hold(.test("r\(index)", account: "local")) }
            }
            while ledger.waitingCount < 100 { await Task.yield() }
            store.open(2)
            return try await group.reduce(into: [HoldOutcome]()) { $0.append($1) }
        }
        #expect(outcomes.count == 101)
        #expect(outcomes.allSatisfy { $0.hold != nil })
        #expect(store.writes == 2)
        #expect(try await ledger.verify().holds == 101)
    }

    @Test("while the store fails holds are refused and ends are kept, until they are written", .timeLimit(.minutes(1)))
    func failingStore() async throws {
        let store = GatedStore()
        let ledger = ledger(store)
        store.open(100_000)
        _ = try #require(try await ledger.hold(.test("r1", account: "local")).hold)
        _ = try #require(try await ledger.hold(.test("r2", account: "local")).hold)
        store.fail(with: .full)
        let usage = TokenUsage(prompt: 10, thinking: 3, answer: 4)
        let receipt = try await ledger.capture(.agreed("r1", usage))
        #expect(!receipt.isDurable)
        #expect(receipt.amount == PicoUSD(10_000 + 15_000 + 12_000))
        try await ledger.void(requestID: "r2", reason: "x")
        await #expect(throws: LedgerError.storage(.full)) { try await ledger.hold(.test("r3", account: "local")) }
        #expect(ledger.isFailing)
        #expect(ledger.unwrittenCount >= 2)
        store.fail(with: nil)
        while ledger.unwrittenCount > 0 || ledger.isFailing { try await Task.sleep(for: .milliseconds(1)) }
        let again = try await ledger.capture(.agreed("r1", usage))
        #expect(again.isDurable)
        #expect(again.amount == receipt.amount)
        // The hold that failed may be asked for again under another name, and left nothing behind.
        #expect(try await ledger.hold(.test("r4", account: "local")).hold != nil)
        let verification = try await ledger.verify()
        #expect(verification.findings.sentences == [])
        #expect(verification.openHolds == 1)
        #expect(verification.captures == 1 && verification.voids == 1)
    }

    @Test("an end that could not be written counts as such while it is tried again", .timeLimit(.minutes(1)))
    func retriedEnd() async throws {
        let store = GatedStore()
        let ledger = ledger(store)
        store.open(1)
        _ = try #require(try await ledger.hold(.test("r1", account: "local")).hold)
        store.fail(with: .full)
        store.open(1)
        _ = try await ledger.capture(.agreed("r1", TokenUsage(prompt: 10)))
        // The next try waits at the gate.
        for _ in 0..<50 {
            #expect(ledger.unwrittenCount == 1)
            try await Task.sleep(for: .milliseconds(1))
        }
        store.fail(with: nil)
        store.open(100)
        while ledger.isFailing { try await Task.sleep(for: .milliseconds(1)) }
        #expect(ledger.unwrittenCount == 0)
        #expect(await ledger.close() == 0)
    }

    @Test("checkpoints are written after so many tokens, or after a while", .timeLimit(.minutes(1)))
    func checkpoints() async throws {
        let store = MemoryStore()
        var settings = LedgerSettings()
        settings.checkpointTokens = 10
        settings.checkpointInterval = .milliseconds(20)
        let ledger = Ledger(store: store, prices: .test, settings: settings)
        _ = try await ledger.hold(.test("r1", account: "local"))
        func checkpoint() throws -> Int? {
            try store.read { reader throws(StoreError) in
                try reader.openHold(requestID: "r1")?.checkpoint.completion
            }
        }
        ledger.progress(TokenUsage(prompt: 10, thinking: 3), requestID: "r1")
        while try checkpoint() != 3 { try await Task.sleep(for: .milliseconds(1)) }
        ledger.progress(TokenUsage(prompt: 10, thinking: 13), requestID: "r1")
        while try checkpoint() != 13 { try await Task.sleep(for: .milliseconds(1)) }
        _ = try await ledger.capture(.agreed("r1", TokenUsage(prompt: 10, thinking: 14)))
        #expect(try checkpoint() == nil)
    }

    @Test("what one process writes the other sees at its next request")
    func twoProcesses() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/ledger.sqlite"
        let server = Ledger(store: try SQLiteStore(path: path), instance: "run_a", prices: .test)
        let command = Ledger(store: try SQLiteStore(path: path), instance: "run_b", prices: .test)
        #expect(try await !server.hasKeys())
        _ = try await command.createAccount("acme", terms: AccountTerms(kind: .prepaid))
        let (key, secret) = try await command.createKey(account: "acme", terms: KeyTerms())
        #expect(try await server.authenticate(secret.text) == .accepted(key))
        #expect(try await server.hold(.test("r1", key: key.id)).hold == nil)
        _ = try await command.grant(.dollar, to: "acme")
        #expect(try await server.hold(.test("r1", key: key.id)).hold != nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<50 {
                group.addTask { _ = try await server.hold(.test("s\(index)", key: key.id)) }
                group.addTask { _ = try await command.grant(PicoUSD(1), to: "acme") }
            }
            try await group.waitForAll()
        }
        _ = try await command.revokeKey(key.id)
        #expect(try await server.hold(.test("r2", key: key.id)).refusal == .keyRevoked)
        let verification = try await command.verify()
        #expect(verification.findings.sentences == [])
        #expect(verification.openHolds == 51)
        _ = await server.close()
        _ = await command.close()
    }
}
