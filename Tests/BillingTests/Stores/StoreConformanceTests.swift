import Foundation
import Synchronization
import Testing

@testable import Billing

/// What every store must do, whichever it is.
@Suite struct StoreConformanceTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("rows come back as they were written", arguments: StoreKind.available)
    func rows(kind: StoreKind) throws {
        let store = try kind.make(folder)
        defer { store.close() }
        let account = Account(name: "ümläut-😀", terms: AccountTerms(kind: .capped, cap: PicoUSD(7)), at: 5)
        let key = APIKey(id: "key_1", account: account.name, terms: KeyTerms(label: "a\"\\\n"), digest: "d1", at: 6)
        let response = StoredResponse(status: 200, contentType: "text/plain", body: (0...255).map { UInt8($0) })
        let record = IdempotencyRecord(
            account: account.name,
            keyDigest: "k",
            bodyDigest: "b",
            requestID: "r1",
            seed: .max - 1,
            state: .done,
            billed: TokenUsage(prompt: 1, answer: 2),
            response: response,
            expiresAt: 9_000_000_000_000
        )
        let totals = EngineTotals(instance: "run_1", requests: 3, usage: TokenUsage(prompt: 4), isClosed: true)
        var lease = Lease(id: "l1", account: "a", key: "k", instance: "run_1", begunAt: 7, left: PicoUSD(9))
        let older = Lease(id: "l2", account: "a", key: "k", instance: "run_1", begunAt: 6, left: PicoUSD(1))
        try store.write { writer throws(StoreError) in
            try writer.put(account)
            try writer.put(key)
            try writer.put(record)
            try writer.put(totals)
            try writer.put(lease)
            try writer.put(older)
        }
        try store.read { reader throws(StoreError) in
            #expect(try reader.account(named: account.name) == account)
            #expect(try reader.account(named: "nobody") == nil)
            #expect(try reader.key(id: "key_1") == key)
            #expect(try reader.key(digest: "d1") == key)
            #expect(try reader.idempotencyRecord(account: account.name, keyDigest: "k") == record)
            #expect(try reader.idempotencyRecord(requestID: "r1") == record)
            #expect(try reader.engineTotals() == [totals])
            #expect(try reader.lease(id: "l1") == lease)
            #expect(try reader.leases() == [older, lease])
        }
        lease.left = PicoUSD(3)
        let less = lease
        try store.write { writer throws(StoreError) in
            try writer.put(less)
            try writer.removeLease(id: "l2")
        }
        #expect(try store.read { reader throws(StoreError) in try reader.leases() } == [less])
        try store.write { writer throws(StoreError) in
            try writer.removeIdempotencyRecords(expiredBy: record.expiresAt)
        }
        #expect(try store.read { reader throws(StoreError) in try reader.idempotencyRecord(requestID: "r1") } == nil)
    }

    @Test("lists are in the order of their bytes, age and number", arguments: StoreKind.available)
    func order(kind: StoreKind) throws {
        let store = try kind.make(folder)
        defer { store.close() }
        let names = ["b", "B", "a-1", "a.1", "Z", "10", "9"]
        try store.write { writer throws(StoreError) in
            for name in names { try writer.put(Account(name: name, terms: Account.localTerms, at: 1)) }
            for (index, name) in names.enumerated() {
                try writer.put(APIKey(id: "k\(index)", account: "b", terms: KeyTerms(), digest: name, at: 9 - index))
            }
        }
        let (accounts, keys) = try store.read { reader throws(StoreError) in
            (try reader.accounts().map(\.name), try reader.keys().map(\.id))
        }
        #expect(accounts == ["10", "9", "B", "Z", "a-1", "a.1", "b"])
        #expect(keys == names.indices.reversed().map { "k\($0)" })
    }

    @Test("a second hold, end or grant is a conflict that leaves nothing behind", arguments: StoreKind.available)
    func uniqueness(kind: StoreKind) throws {
        let store = try kind.make(folder)
        defer { store.close() }
        var chain = TestChain()
        let first = [chain.hold("r1"), chain.capture("r1"), chain.grant("g1")]
        try store.write { writer throws(StoreError) in for entry in first { try writer.append(entry) } }
        let head = chain.head
        for second in [chain.hold("r1"), chain.void("r1"), chain.capture("r1"), chain.grant("g1")] {
            #expect {
                try store.write { writer throws(StoreError) in
                    try writer.put(Account(name: "left-behind", terms: Account.localTerms, at: 1))
                    try writer.append(TestChain.moved(second, behind: head))
                }
            } throws: {
                guard case StoreError.conflict = $0 else { return false }
                return true
            }
        }
        try store.read { reader throws(StoreError) in
            #expect(try reader.head() == head)
            #expect(try reader.entries(after: 0, limit: 10) == first)
            #expect(try reader.entries(after: 1, limit: 1) == [first[1]])
            #expect(try reader.accounts().isEmpty)
            #expect(try reader.holdEntry(requestID: "r1") == first[0])
            #expect(try reader.terminalEntry(requestID: "r1") == first[1])
            #expect(try reader.grantEntry(id: "g1") == first[2])
        }
    }

    @Test("an error in a transaction undoes it, and the next one works", arguments: StoreKind.available)
    func undo(kind: StoreKind) throws {
        let store = try kind.make(folder)
        defer { store.close() }
        #expect(throws: StoreError.busy) {
            try store.write { writer throws(StoreError) in
                try writer.put(Account(name: "a", terms: Account.localTerms, at: 1))
                _ = try writer.account(named: "a")
                throw .busy
            }
        }
        try store.write { writer throws(StoreError) in
            #expect(try writer.account(named: "a") == nil)
            try writer.put(Account(name: "b", terms: Account.localTerms, at: 1))
            #expect(try writer.account(named: "b") != nil)
        }
        #expect(try store.read { reader throws(StoreError) in try reader.accounts().map(\.name) } == ["b"])
    }

    @Test("the same operations make the same journal, hash by hash, in every store")
    func sameJournal() async throws {
        var journals: [[JournalEntry]] = []
        for kind in StoreKind.available {
            let store = try kind.make(folder)
            defer { store.close() }
            try await LedgerScript.play(on: store)
            journals.append(try store.read { reader throws(StoreError) in try reader.entries(after: 0, limit: 1000) })
            let billed = try store.read { reader throws(StoreError) in
                try reader.billedEntries(account: "prepaid", from: 0, until: .max, after: 0, limit: 100)
            }
            #expect(billed.map(\.event.kind) == [.capture, .capture])
        }
        let journal = try #require(journals.first)
        #expect(journal.count == 9)
        for (before, entry) in zip([JournalHead.genesis] + journal.map(\.head), journal) {
            #expect(entry.follows(before))
        }
        for other in journals.dropFirst() { #expect(other == journal) }
    }
}

/// Makes entries behind one another.
struct TestChain {
    private(set) var head = JournalHead.genesis
    private static let terms = HoldTerms(
        model: "m",
        prices: nil,
        promptTokens: 1,
        choices: 1,
        thinkingBound: 1,
        completionBound: 2,
        earlier: nil,
        credits: nil,
        amount: nil,
        instance: "run_1"
    )

    mutating func hold(_ id: String) -> JournalEntry { next(id, .hold(TestChain.terms)) }
    mutating func grant(_ id: String) -> JournalEntry { next(id, .grant(PicoUSD(1))) }
    mutating func void(_ id: String) -> JournalEntry {
        next(id, .void(Voiding(reason: "test", engine: nil, instance: "run_1")))
    }
    mutating func capture(_ id: String) -> JournalEntry {
        let hold = OpenHold(requestID: id, account: "a", key: nil, terms: TestChain.terms, begunAt: 1)
        guard let settlement = try? hold.settlement(of: TokenUsage(prompt: 1)) else {
            preconditionFailure("one prompt token fits")
        }
        return next(id, .capture(settlement))
    }

    /// The same entry at another place of the chain.
    static func moved(_ entry: JournalEntry, behind head: JournalHead) -> JournalEntry {
        JournalEntry(
            after: head,
            time: entry.time,
            account: entry.account,
            key: entry.key,
            reference: entry.reference,
            event: entry.event
        )
    }

    private mutating func next(_ reference: String, _ event: LedgerEvent) -> JournalEntry {
        let entry = JournalEntry(
            after: head,
            time: head.time + 1,
            account: "a",
            key: nil,
            reference: reference,
            event: event
        )
        head = entry.head
        return entry
    }
}

/// Operations of all kinds, with clocks and names that are the same each time.
enum LedgerScript {
    static func play(on store: any LedgerStore) async throws {
        let clock = Mutex(1_700_000_000_000)
        let ledger = Ledger(store: store, instance: "run_script") {
            let now = clock.withLock { now in
                now += 10
                return now
            }
            return LedgerClock.Reading(wall: now, monotonic: now)
        }
        _ = try await ledger.createAccount("prepaid", terms: AccountTerms(kind: .prepaid))
        _ = try await ledger.grant(PicoUSD(1_000_000_000), to: "prepaid", id: "grant_1")
        _ = try await ledger.grant(PicoUSD(1_000_000_000), to: "prepaid", id: "grant_1")
        _ = try await ledger.grantCredits(500, to: "prepaid", id: "grant_2")
        for (id, claim) in [("r1", nil), ("r2", IdempotencyClaim(key: "k", body: [1], seed: 7)), ("r3", nil)] {
            _ = try await ledger.hold(Self.request(id, claim))
            ledger.progress(TokenUsage(prompt: 10, thinking: 1), requestID: id)
        }
        let usage = TokenUsage(prompt: 10, cachedPrompt: 4, thinking: 5, answer: 6, forced: 2)
        for id in ["r1", "r2"] {
            let capture = Capture(requestID: id, usage: usage, engine: usage, reported: usage)
            let receipt = try await ledger.capture(capture)
            #expect(try await ledger.capture(capture) == receipt)
        }
        try await ledger.void(requestID: "r3", reason: "test")
        let again = try await ledger.hold(Self.request("r4", IdempotencyClaim(key: "k", body: [2], seed: 7)))
        #expect(again == .refused(.bodyDiffers, .none))
    }

    private static func request(_ id: String, _ claim: IdempotencyClaim?) -> HoldRequest {
        HoldRequest(
            requestID: id,
            account: "prepaid",
            model: "actuary-embedded",
            promptTokens: 10,
            thinkingBound: 20,
            completionBound: 50,
            idempotency: claim
        )
    }
}
