import GRDB
import Testing

@testable import Billing

/// Verification and reconciliation must fail when something is wrong.
@Suite struct AuditTests {
    private let store = MemoryStore()
    private let usage = TokenUsage(prompt: 10, cachedPrompt: 2, thinking: 5, answer: 6, forced: 1)

    /// A sound ledger with some of everything.
    private func ledger() async throws -> Ledger {
        let ledger = Ledger(store: store, instance: "run_a", prices: .test)
        _ = try await ledger.createAccount("acme", terms: AccountTerms(kind: .prepaid))
        _ = try await ledger.grant(.dollar, to: "acme", id: "g1")
        let (key, _) = try await ledger.createKey(account: "acme", terms: KeyTerms())
        for index in 1...3 {
            _ = try await ledger.hold(.test("r\(index)", key: key.id))
            var total = TokenUsage.zero
            for _ in 0..<index { total += usage }
            let totals = EngineTotals(instance: "run_a", requests: index, usage: total)
            _ = try await ledger.capture(.agreed("r\(index)", usage, totals: totals))
        }
        _ = try await ledger.hold(.test("r4", key: key.id))
        #expect(try await ledger.verify().findings.sentences == [])
        #expect(try await ledger.reconcile().findings.sentences == [])
        return ledger
    }

    private func forged(_ entry: JournalEntry, detail: String? = nil, hash: [UInt8]? = nil) throws -> JournalEntry {
        try JournalEntry(
            seq: entry.seq,
            time: entry.time,
            kind: entry.event.kind.rawValue,
            account: entry.account,
            key: entry.key,
            reference: entry.reference,
            detail: detail ?? entry.detail,
            hash: hash ?? entry.hash
        )
    }

    @Test("verification finds every single altered row")
    func tampering() async throws {
        let ledger = try await ledger()
        var whole = Tables()
        store.tamper { whole = $0 }
        let sound = whole
        func expectFinding(_ what: String, _ change: (inout Tables) throws -> Void) async throws {
            var tables = sound
            try change(&tables)
            let changed = tables
            store.tamper { $0 = changed }
            #expect(try await !ledger.verify().isSound, "\(what) must be found")
        }
        for index in sound.journal.indices {
            let entry = sound.journal[index]
            try await expectFinding("a digit in entry \(entry.seq)") { tables in
                guard let digit = entry.detail.firstIndex(where: \.isNumber) else { return tables.journal = [] }
                var detail = entry.detail
                detail.replaceSubrange(digit...digit, with: entry.detail[digit] == "7" ? "8" : "7")
                // A detail that cannot even be read is found by whoever reads it.
                guard let forged = try? forged(entry, detail: detail) else { return tables.journal = [] }
                tables.journal[index] = forged
            }
            try await expectFinding("the lack of entry \(entry.seq)") { _ = $0.journal.remove(at: index) }
            try await expectFinding("a hash of entry \(entry.seq)") { tables in
                tables.journal[index] = try forged(entry, hash: JournalEntry.genesisHash)
            }
        }
        try await expectFinding("a balance") { $0.accounts["acme"]?.captured = .zero }
        try await expectFinding("a held amount") { $0.accounts["acme"]?.held = .zero }
        try await expectFinding("a missing account") { $0.accounts = [:] }
        try await expectFinding("a revived limit") { $0.accounts["acme"]?.terms.limits.perDay = .dollar }
        try await expectFinding("an unknown key") { $0.keys["x"] = $0.keys.values.first }
        try await expectFinding("a lost hold") { $0.holds = [:] }
        try await expectFinding("a checkpoint beyond the hold") { $0.holds["r4"]?.checkpoint.answer = 51 }
        let restored = sound
        store.tamper { $0 = restored }
        #expect(try await ledger.verify().isSound)
    }

    @Test("a chain that was hashed anew still has to follow the rules")
    func forgedChain() async throws {
        let ledger = try await ledger()
        let entries = try await ledger.entries(after: 0)
        // Whoever can write everything can make hashes; a doubled capture is found all the same.
        let capture = try #require(entries.last { $0.event.kind == .capture })
        let head = try #require(entries.last?.head)
        let double = JournalEntry(
            after: head,
            time: head.time,
            account: capture.account,
            key: capture.key,
            reference: capture.reference,
            event: capture.event
        )
        store.tamper { $0.journal.append(double) }
        let sentences = try await ledger.verify().findings.sentences
        #expect(sentences.contains { $0.contains("ends a request that has no hold") })
    }

    @Test("reconciliation fails when engine, ledger and client differ")
    func threeNumbers() async throws {
        let ledger = try await ledger()
        var other = usage
        other.answer += 1
        let cases: [(TokenUsage, TokenUsage?, Bool)] = [
            (usage, usage, true), (usage, nil, true), (other, usage, false), (usage, other, false),
        ]
        var count = 3
        var total = TokenUsage.zero
        for _ in 0..<3 { total += usage }
        var areSound = true
        for (index, (engine, reported, isSound)) in cases.enumerated() {
            let id = "x\(index)"
            _ = try await ledger.hold(.test(id))
            count += 1
            total += engine
            let totals = EngineTotals(instance: "run_a", requests: count, usage: total)
            let capture = Capture(requestID: id, usage: usage, engine: engine, reported: reported, totals: totals)
            _ = try await ledger.capture(capture)
            areSound = areSound && isSound
            #expect(try await ledger.reconcile().isSound == areSound)
        }
        #expect(try await ledger.verify().isSound)
    }

    @Test("reconciliation fails when the engine's totals are not the sum of the entries")
    func totals() async throws {
        let ledger = try await ledger()
        func sound(_ requests: Int, _ usage: TokenUsage, closed: Bool = false) async throws -> Bool {
            let totals = EngineTotals(instance: "run_a", requests: requests, usage: usage, isClosed: closed)
            store.tamper { $0.totals = ["run_a": totals] }
            return try await ledger.reconcile().isSound
        }
        var total = TokenUsage.zero
        for _ in 0..<3 { total += usage }
        #expect(try await sound(3, total))
        #expect(try await !sound(3, total - TokenUsage(answer: 1)))
        #expect(try await !sound(2, total))
        // One request runs: it may have ended without an entry yet, unless the run ended in order.
        #expect(try await sound(4, total + usage))
        #expect(try await !sound(4, total + usage, closed: true))
        #expect(try await !sound(4, total - TokenUsage(thinking: 1)))
        #expect(try await !sound(5, total + usage + usage))
        store.tamper { $0.totals = [:] }
        #expect(try await !ledger.reconcile().isSound)
    }

    @Test("SQLite itself refuses second ends, changes of the journal, and newer schemas")
    func sqliteGuards() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/ledger.sqlite"
        let store = try SQLiteStore(path: path)
        #expect(try store.synchronousMode() == 2)
        let ledger = Ledger(store: store, prices: .test)
        _ = try await ledger.hold(.test("r1", account: "local"))
        _ = try await ledger.capture(.agreed("r1", usage))
        let entries = try await ledger.entries(after: 0)
        let end = try #require(entries.last)
        for event in [end.event, .void(Voiding(reason: "x", engine: nil, instance: "run_b"))] {
            let second = JournalEntry(
                after: end.head,
                time: end.time,
                account: end.account,
                key: nil,
                reference: "r1",
                event: event
            )
            #expect(throws: StoreError.self) {
                try store.write { writer throws(StoreError) in try writer.append(second) }
            }
        }
        #expect(await ledger.close() == 0)

        let queue = try DatabaseQueue(path: path)
        for statement in ["UPDATE journal SET time = 0", "DELETE FROM journal"] {
            await #expect(throws: DatabaseError.self) { try await queue.write { try $0.execute(sql: statement) } }
        }
        // A ledger of version 1, whose entries extended no hold and which had no leases, becomes one of today.
        for statement in ["DROP TABLE lease", "DROP INDEX journal_lease", "DROP INDEX journal_lease_end"] {
            try await queue.write { try $0.execute(sql: statement) }
        }
        try await queue.write { try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier <> '1'") }
        try SQLiteStore(path: path).close()
        let versions = try await queue.read {
            try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier")
        }
        #expect(versions == ["1", "2", "3"])
        #expect(try await queue.read { try $0.tableExists("lease") })
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
        try queue.close()
        #expect(throws: StoreError.newerSchema(found: "99")) { try SQLiteStore(path: path) }
        let foreign = folder.path + "/foreign.sqlite"
        let other = try DatabaseQueue(path: foreign)
        try await other.write { try $0.execute(sql: "CREATE TABLE songs (title TEXT)") }
        try other.close()
        #expect(throws: StoreError.notALedger(foreign)) { try SQLiteStore(path: foreign) }
    }

    @Test("a run is alive as long as its mark is kept; several may be")
    func dataFolder() throws {
        let folder = DataFolder(path: try TemporaryFolder().path + "/a/b")
        try folder.create()
        try folder.create()
        var first: RunMark? = try folder.mark(run: "run_1")
        let second = try folder.mark(run: "run_2")
        #expect(throws: DataFolder.Failure.self) { try folder.mark(run: "run_1") }
        #expect(folder.isAlive(run: "run_1") && folder.isAlive(run: "run_2"))
        #expect(!folder.isAlive(run: "run_3"))
        #expect(first != nil)
        first = nil
        #expect(!folder.isAlive(run: "run_1"))
        withExtendedLifetime(second) { #expect(folder.isAlive(run: "run_2")) }
    }
}
