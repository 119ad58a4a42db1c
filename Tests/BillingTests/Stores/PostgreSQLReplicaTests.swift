import Foundation
import Testing

@testable import Billing

/// Several ledgers on one PostgreSQL: replicas of a server.
@Suite(.enabled(if: TestDatabase.url != nil, "ACTUARY_TEST_POSTGRES names no database"), .timeLimit(.minutes(2)))
struct PostgreSQLReplicaTests {
    private static func request(_ id: String, account: String = "a") -> HoldRequest {
        HoldRequest(
            requestID: id,
            account: account,
            model: "actuary-embedded",
            promptTokens: 10,
            thinkingBound: 0,
            completionBound: 10
        )
    }

    /// What such a request costs at most.
    private static let price = PicoUSD(10 * 1000 + 10 * 4000)

    private static func replicas(_ url: String, _ settings: LedgerSettings = LedgerSettings()) throws -> [Ledger] {
        try (0..<3).map { _ in Ledger(store: try TestDatabase.store(url), settings: settings) }
    }

    @Test("a thousand parallel holds from three replicas spend what there is, to the last request, and no more")
    func balance() async throws {
        let url = try TestDatabase.freshURL()
        let replicas = try Self.replicas(url)
        _ = try await replicas[0].createAccount("a", terms: AccountTerms(kind: .prepaid))
        // Enough for 321 requests, short of one picodollar for the next.
        let money = PicoUSD(Self.price.picodollars * 322 - 1)
        _ = try await replicas[0].grant(money, to: "a")
        let held = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<1000 {
                group.addTask {
                    guard case .held = try await replicas[index % 3].hold(Self.request("r\(index)")) else { return 0 }
                    return 1
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(held == 321)
        let account = try #require(try await replicas[1].account("a"))
        #expect(account.held.picodollars == Self.price.picodollars * 321)
        for replica in replicas { #expect(await replica.close() == 0) }
        try Self.expectWholeChain(url, entries: 2 + 321)
    }

    @Test("a live replica's requests are left alone, a dead one's are billed at their checkpoints by one of the others")
    func recovery() async throws {
        let url = try TestDatabase.freshURL()
        var settings = LedgerSettings()
        settings.deadAfter = .milliseconds(1500)
        let replicas = try Self.replicas(url, settings)
        for replica in replicas { #expect(try await replica.recover() == 0) }
        // No heartbeat was ever asked of this one: it is as good as killed after its hold.
        let dead = Ledger(store: try TestDatabase.store(url), settings: settings)
        _ = try await dead.hold(Self.request("dead", account: Account.localName))
        _ = try await replicas[0].hold(Self.request("alive", account: Account.localName))
        let checkpoint = TokenUsage(prompt: 10, answer: 3)
        dead.progress(checkpoint, requestID: "dead")
        let store = try TestDatabase.store(url)
        defer { store.close() }
        func ending() throws -> JournalEntry? {
            try store.read { reader throws(StoreError) in try reader.terminalEntry(requestID: "dead") }
        }
        try await Self.wait { try ending() != nil }
        let end = try ending()
        #expect(end?.event.kind == .recovered)
        #expect(end?.event.settlement?.billed == checkpoint)
        try await Task.sleep(for: .seconds(2))
        let open = try store.read { reader throws(StoreError) in try reader.openHolds().map(\.requestID) }
        #expect(open == ["alive"])

        // It was only cut off, comes back, and tells what its request took: the bill stays as it is.
        let usage = TokenUsage(prompt: 10, answer: 9)
        let receipt = try await dead.capture(Capture(requestID: "dead", usage: usage, engine: usage, reported: usage))
        #expect(receipt.billed == checkpoint)
        #expect(receipt.amount == PicoUSD(10 * 1000 + 3 * 4000))
        await #expect(throws: LedgerError.settledDifferently("dead")) {
            try await dead.void(requestID: "dead", reason: "test")
        }
        #expect(try ending() == end)
        // A hold that it makes now is not taken for one of a dead run.
        _ = try await dead.hold(Self.request("again", account: Account.localName))
        try await Task.sleep(for: .milliseconds(600))
        #expect(try store.read { reader throws(StoreError) in try reader.openHold(requestID: "again") } != nil)
        for ledger in replicas + [dead] { #expect(await ledger.close() == 0) }
    }

    @Test("a replica that is cut off refuses holds, keeps its captures, and writes them when it is back")
    func cutOff() async throws {
        let url = try TestDatabase.freshURL()
        let forwarder = try TCPForwarder(to: url)
        defer { forwarder.stop() }
        let ledger = Ledger(store: try TestDatabase.store(forwarder.url))
        _ = try await ledger.hold(Self.request("r1", account: Account.localName))
        forwarder.cut()
        let usage = TokenUsage(prompt: 10, answer: 9)
        let receipt = try await ledger.capture(Capture(requestID: "r1", usage: usage, engine: usage, reported: usage))
        #expect(!receipt.isDurable)
        #expect(receipt.amount == PicoUSD(10 * 1000 + 9 * 4000))
        await Self.expectUnreachable { _ = try await ledger.hold(Self.request("r2", account: Account.localName)) }
        #expect(ledger.isFailing)
        #expect(ledger.unwrittenCount > 0)
        forwarder.resume()
        try await Self.wait { ledger.unwrittenCount == 0 && !ledger.isFailing }
        #expect(try await ledger.hold(Self.request("r3", account: Account.localName)).hold != nil)
        try await ledger.void(requestID: "r3", reason: "test")
        #expect(await ledger.close() == 0)
        try Self.expectWholeChain(url, entries: 5)
    }

    @Test("a database that falls silent is noticed in seconds")
    func frozen() async throws {
        let url = try TestDatabase.freshURL()
        let forwarder = try TCPForwarder(to: url)
        defer { forwarder.stop() }
        var timeouts = PostgreSQLTimeouts()
        timeouts.connect = .seconds(2)
        timeouts.silence = .seconds(1)
        let ledger = Ledger(store: try PostgreSQLStore(PostgreSQLAddress(forwarder.url), timeouts: timeouts))
        #expect(try await ledger.hold(Self.request("r1", account: Account.localName)).hold != nil)
        forwarder.freeze()
        let time = await ContinuousClock().measure {
            await Self.expectUnreachable { _ = try await ledger.hold(Self.request("r2", account: Account.localName)) }
        }
        // Without time limits of its own, the system would wait for a quarter of an hour.
        #expect(time < .seconds(15))
        forwarder.resume()
        #expect(try await ledger.hold(Self.request("r3", account: Account.localName)).hold != nil)
        #expect(ledger.unwrittenCount == 0 && !ledger.isFailing)
        _ = await ledger.close()
    }

    @Test("PostgreSQL that is stopped, killed and started again costs no capture and no connection")
    func restart() async throws {
        let cluster = try TestCluster()
        defer { cluster.remove() }
        let url = try TestDatabase.url(named: "restart", in: try cluster.start())
        let ledger = Ledger(store: try TestDatabase.store(url))
        let usage = TokenUsage(prompt: 10, answer: 9)
        for (round, mode) in ["fast", "immediate"].enumerated() {
            let ids = (0..<20).map { "r\(round)-\($0)" }
            for id in ids { #expect(try await ledger.hold(Self.request(id, account: Account.localName)).hold != nil) }
            try cluster.stop(mode: mode)
            for id in ids {
                let capture = Capture(requestID: id, usage: usage, engine: usage, reported: usage)
                #expect(try await !ledger.capture(capture).isDurable)
            }
            await Self.expectUnreachable { _ = try await ledger.hold(Self.request("no", account: Account.localName)) }
            _ = try cluster.start()
            try await Self.wait { ledger.unwrittenCount == 0 && !ledger.isFailing }
        }
        let account = try #require(try await ledger.account(Account.localName))
        #expect(account.captured.picodollars == 40 * (10 * 1000 + 9 * 4000))
        #expect(account.held == .zero)
        let other = try TestDatabase.connect(url)
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'actuary'"
        #expect(try other.query(sql)[0].integer(0) <= 1 + 5)
        other.close()
        #expect(await ledger.close() == 0)
        try Self.expectWholeChain(url, entries: 1 + 2 * 40)
    }

    // MARK: -

    private static func expectUnreachable(_ work: () async throws -> Void) async {
        do {
            try await work()
            Issue.record("the database was there")
        } catch {
            guard case LedgerError.storage(.unreachable) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    private static func wait(until isDone: () throws -> Bool) async throws {
        for _ in 0..<300 {
            if try isDone() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("it did not happen within 15 s")
    }

    /// That the journal has so many entries, each following on the one before.
    private static func expectWholeChain(_ url: String, entries count: Int) throws {
        let store = try TestDatabase.store(url)
        defer { store.close() }
        let journal = try store.read { reader throws(StoreError) in try reader.entries(after: 0, limit: 100_000) }
        #expect(journal.count == count)
        #expect(zip([JournalHead.genesis] + journal.map(\.head), journal).allSatisfy { $1.follows($0) })
    }
}
