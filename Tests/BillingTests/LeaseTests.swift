import Testing

@testable import Billing

/// Servers that share a ledger, and go on for a while when they cannot reach it.
@Suite struct LeaseTests {
    /// A server with books of its own, and a wire to the ledger that can be cut.
    struct Replica {
        let wire: CutStore
        let ledger: Ledger
        let books: any LedgerStore

        init(_ shared: any LedgerStore, books: any LedgerStore, lease: Int64, run: String, clock: TestClock) {
            wire = CutStore(shared)
            self.books = books
            var settings = LedgerSettings()
            settings.retryInterval = .milliseconds(5)
            settings.repeatsRequests = false
            let local = Ledger(
                store: books,
                instance: run,
                prices: .test,
                settings: settings,
                reading: { clock.now }
            )
            settings.repeatsRequests = true
            ledger = Ledger(
                store: wire,
                instance: run,
                prices: .test,
                settings: settings,
                branch: LeaseBranch(ledger: local, amount: PicoUSD(lease)),
                reading: { clock.now }
            )
        }

        /// The wire is whole again, and the ledger has noticed.
        func mend() async throws {
            wire.isCut = false
            for _ in 0..<1000 where ledger.isFailing { try await Task.sleep(for: .milliseconds(5)) }
            #expect(!ledger.isFailing)
        }
    }

    private static let usage = TokenUsage(prompt: 10, thinking: 5, answer: 7)
    /// What a request of the tests can cost, and what that usage does.
    private static let worst: Int64 = 10 * 1000 + 20 * 5000 + 30 * 3000
    private static let cost: Int64 = 10 * 1000 + 5 * 5000 + 7 * 3000
    private static let grant: Int64 = 100 * worst

    private let shared = MemoryStore()
    private let clock = TestClock()

    private func replica(_ run: String, lease: Int64, books: any LedgerStore = MemoryStore()) -> Replica {
        Replica(shared, books: books, lease: lease, run: run, clock: clock)
    }

    /// A prepaid account with a key.
    private func open(_ ledger: Ledger, limits: UsageLimits = UsageLimits()) async throws -> (APIKey, KeySecret) {
        _ = try await ledger.createAccount("acme", terms: AccountTerms(kind: .prepaid))
        _ = try await ledger.grant(PicoUSD(Self.grant), to: "acme")
        return try await ledger.createKey(account: "acme", terms: KeyTerms(limits: limits))
    }

    private func verify() throws {
        try shared.read { reader throws(StoreError) in
            #expect(try Verification(of: reader).findings.sentences == [])
        }
    }

    private func leases() throws -> [Lease] { try shared.read { reader throws(StoreError) in try reader.leases() } }

    @Test("a server that is cut off spends its lease, no more, and the ledger hears of it when the wire is whole again")
    func cutOff() async throws {
        let one = replica("run_1", lease: 3 * Self.worst)
        let other = replica("run_2", lease: 0)
        let (key, secret) = try await open(one.ledger)
        _ = try await one.ledger.hold(.test("before", key: key.id))
        #expect(try leases().map(\.left) == [PicoUSD(3 * Self.worst)])

        one.wire.isCut = true
        guard case .accepted(let known) = try await one.ledger.authenticate(secret.text), known.id == key.id else {
            Issue.record("the key is not known any more")
            return
        }
        await #expect(throws: LedgerError.self) { try await one.ledger.authenticate("sk-act-nobody") }
        for id in ["a", "b", "c"] { #expect(try await one.ledger.hold(.test(id, key: key.id)).hold != nil) }
        #expect(one.ledger.canBill)
        await #expect(throws: LedgerError.storage(.unreachable("the wire is cut"))) {
            try await one.ledger.hold(.test("d", key: key.id))
        }
        // What one did not take is there for the next.
        let receipt = try await one.ledger.capture(.agreed("a", Self.usage))
        #expect(receipt.isDurable && receipt.amount == PicoUSD(Self.cost))
        try await one.ledger.void(requestID: "b", reason: "test")
        #expect(try await one.ledger.hold(.test("e", key: key.id)).hold != nil)

        // The others can spend the rest, to the last request.
        let free = 100 - 1 - 3
        for index in 0..<free { #expect(try await other.ledger.hold(.test("o\(index)", key: key.id)).hold != nil) }
        #expect(try await other.ledger.hold(.test("too much", key: key.id)).hold == nil)

        try await one.mend()
        await one.ledger.settleLeases()
        // Two are running: their lease stays.
        #expect(try leases().map(\.left) == [PicoUSD(3 * Self.worst - Self.cost)])
        for id in ["c", "e"] { _ = try await one.ledger.capture(.agreed(id, Self.usage)) }
        await one.ledger.settleLeases()
        #expect(try leases() == [])
        _ = try await one.ledger.capture(.agreed("before", Self.usage))
        let account = try #require(try await other.ledger.account("acme"))
        #expect(account.captured == PicoUSD(4 * Self.cost))
        #expect(account.held == PicoUSD(Int64(free) * Self.worst))
        let ends = try shared.read { reader throws(StoreError) in
            var kinds: [LedgerEvent.Kind?] = []
            for id in ["a", "b", "c", "e"] { kinds.append(try reader.terminalEntry(requestID: id)?.event.kind) }
            return kinds
        }
        #expect(ends == [.capture, .void, .capture, .capture])
        try verify()
    }

    @Test("limits of money hold for a lease too, day by day; a limit of anything else leaves none")
    func limits() async throws {
        let one = replica("run_1", lease: 10 * Self.worst)
        let (key, _) = try await open(one.ledger, limits: UsageLimits(perDay: PicoUSD(20 * Self.worst)))
        _ = try await one.ledger.hold(.test("r1", key: key.id))
        // A tenth of what the day has left.
        let left = 19 * Self.worst / 10
        #expect(try leases().map(\.left) == [PicoUSD(left)])
        one.wire.isCut = true
        #expect(try await one.ledger.hold(.test("r2", key: key.id)).hold != nil)
        clock.advance(CivilTime.day)
        _ = try await one.ledger.capture(.agreed("r2", Self.usage))
        try await one.mend()
        await one.ledger.settleLeases()
        // Billed on the day of the lease: the new day is untouched.
        let counted = try #require(try await one.ledger.keys().first).windows
        #expect(counted.dayAmount == .zero || counted.day != CivilTime.dayStart(one.ledger.now()))
        #expect(try leases() == [])

        _ = try await one.ledger.changeKey(key.id) { $0.limits.parallelRequests = 5 }
        #expect(try await one.ledger.hold(.test("r3", key: key.id)).hold != nil)
        #expect(try leases() == [])
        for id in ["r1", "r3"] { try await one.ledger.void(requestID: id, reason: "test") }
        try verify()
    }

    @Test("a lease is given back unused, when its key is revoked, when the money is needed, and at the end")
    func endings() async throws {
        let one = replica("run_1", lease: Self.worst)
        let (key, _) = try await open(one.ledger)
        func use(_ id: String) async throws {
            #expect(try await one.ledger.hold(.test(id, key: key.id)).hold != nil)
            try await one.ledger.void(requestID: id, reason: "test")
        }
        try await use("r1")
        await one.ledger.settleLeases()
        #expect(try leases().count == 1)
        clock.advance(601_000)
        await one.ledger.settleLeases()
        #expect(try leases() == [])

        try await use("r2")
        await #expect(throws: LedgerError.accountLeased("acme", leases: 1)) {
            try await one.ledger.closeAccount("acme")
        }
        for index in 0..<100 { #expect(try await one.ledger.hold(.test("x\(index)", key: key.id)).hold != nil) }
        #expect(try leases() == [])
        for index in 0..<100 { try await one.ledger.void(requestID: "x\(index)", reason: "test") }

        try await use("r3")
        #expect(try leases().count == 1)
        _ = try await one.ledger.revokeKey(key.id)
        await one.ledger.settleLeases()
        #expect(try leases() == [])

        let (second, _) = try await one.ledger.createKey(account: "acme", terms: KeyTerms())
        #expect(try await one.ledger.hold(.test("r4", key: second.id)).hold != nil)
        try await one.ledger.void(requestID: "r4", reason: "test")
        #expect(try leases().count == 1)
        #expect(await one.ledger.close() == 0)
        #expect(try leases() == [])
        #expect(one.ledger.branch?.isClear == true)
        try verify()
    }

    @Test("a lease whose beginning or end nobody heard of is not spent, and is given back")
    func doubt() async throws {
        let one = replica("run_1", lease: Self.worst)
        let (key, _) = try await open(one.ledger)
        one.wire.loseNextAnswer()
        await #expect(throws: LedgerError.self) { try await one.ledger.hold(.test("r1", key: key.id)) }
        #expect(try leases().count == 1)
        #expect(!one.ledger.hasLease(key: key.id))
        try await one.mend()
        await one.ledger.settleLeases()
        #expect(try leases() == [])
        #expect(try await one.ledger.hold(.test("r2", key: key.id)).hold != nil)
        clock.advance(601_000)
        one.wire.loseNextAnswer()
        await one.ledger.settleLeases()
        #expect(!one.ledger.hasLease(key: key.id))
        try await one.mend()
        await one.ledger.settleLeases()
        #expect(one.ledger.branch?.isClear == true)
        try await one.ledger.void(requestID: "r2", reason: "test")
        #expect(try await one.ledger.account("acme")?.held == .zero)
        try verify()
    }

    @Test("a request with a key of the client's is paid once, though a cut-off server did it again")
    func repetition() async throws {
        let one = replica("run_1", lease: 9 * Self.worst)
        let (key, _) = try await open(one.ledger)
        func request(_ id: String, _ claim: IdempotencyClaim) -> HoldRequest {
            .test(id, key: key.id, idempotency: claim)
        }
        let claim = IdempotencyClaim(key: "k", body: [1], seed: 7)
        let answer = StoredResponse(status: 200, contentType: "application/json", body: [1, 2])
        _ = try await one.ledger.hold(request("r1", claim))
        _ = try await one.ledger.capture(.agreed("r1", TokenUsage(prompt: 10, thinking: 5, answer: 2), isAborted: true))
        one.wire.isCut = true
        #expect(try await one.ledger.hold(request("r2", claim)).hold != nil)
        #expect(try await one.ledger.hold(request("r3", claim)).refusal == .stillRunning(requestID: "r2"))
        _ = try await one.ledger.capture(.agreed("r2", Self.usage, response: answer))
        guard case .replay(answer, "r2") = try await one.ledger.hold(request("r4", claim)) else {
            Issue.record("the answer is not repeated")
            return
        }
        let other = IdempotencyClaim(key: "k", body: [2], seed: 7)
        #expect(try await one.ledger.hold(request("r5", other)).refusal == .bodyDiffers)
        // Nobody here knows what came of a first attempt that was made elsewhere, or broke off here.
        let later = IdempotencyClaim(attempt: 1, of: "s", body: [3], seed: 7)
        await #expect(throws: LedgerError.self) { try await one.ledger.hold(request("r6", later)) }
        let broken = IdempotencyClaim(key: "broken", body: [1], seed: 7)
        #expect(try await one.ledger.hold(request("r7", broken)).hold != nil)
        _ = try await one.ledger.capture(.agreed("r7", Self.usage, isAborted: true))
        await #expect(throws: LedgerError.self) { try await one.ledger.hold(request("r8", broken)) }
        try await one.mend()
        await one.ledger.settleLeases()
        #expect(try await one.ledger.account("acme")?.captured == PicoUSD(2 * Self.cost))
        guard case .replay(answer, "r2") = try await one.ledger.hold(request("r9", claim)) else {
            Issue.record("the answer is not known to all")
            return
        }
        #expect(try await one.ledger.hold(request("r10", broken)).hold != nil)
        #expect(try await one.ledger.capture(.agreed("r10", Self.usage)).amount == .zero)
        try verify()
    }

    @Test("an answer that another server gave is repeated, though a cut-off one tells later that it had tried before")
    func toldLater() async throws {
        let one = replica("run_1", lease: 9 * Self.worst)
        let other = replica("run_2", lease: 0)
        let (key, _) = try await open(one.ledger)
        _ = try await one.ledger.hold(.test("r0", key: key.id))
        try await one.ledger.void(requestID: "r0", reason: "test")
        one.wire.isCut = true
        let named = IdempotencyClaim(key: "k", body: [1], seed: 7)
        let answer = StoredResponse(status: 200, contentType: "application/json", body: [1, 2])
        #expect(try await one.ledger.hold(.test("r1", key: key.id, idempotency: named)).hold != nil)
        _ = try await one.ledger.capture(.agreed("r1", TokenUsage(prompt: 10, thinking: 1), isAborted: true))
        #expect(try await other.ledger.hold(.test("r2", key: key.id, idempotency: named)).hold != nil)
        _ = try await other.ledger.capture(.agreed("r2", Self.usage, response: answer))
        try await one.mend()
        await one.ledger.settleLeases()
        let again = HoldRequest.test("r3", key: key.id, idempotency: named)
        guard case .replay(answer, "r2") = try await one.ledger.hold(again) else {
            Issue.record("the answer is not repeated")
            return
        }
        #expect(try await one.ledger.account("acme")?.captured == PicoUSD(Self.cost))
        try verify()
    }

    @Test("who only counts attempts pays for one, though the first broke off at a cut-off server that tells it later")
    func attemptsElsewhere() async throws {
        let one = replica("run_1", lease: 9 * Self.worst)
        let other = replica("run_2", lease: 0)
        let (key, _) = try await open(one.ledger)
        _ = try await one.ledger.hold(.test("r0", key: key.id))
        try await one.ledger.void(requestID: "r0", reason: "test")
        one.wire.isCut = true
        func request(_ id: String, body: UInt8, attempt: Int) -> HoldRequest {
            let claim = IdempotencyClaim(attempt: attempt, of: key.id, body: [body], seed: 7)
            return .test(id, key: key.id, idempotency: claim)
        }
        // At the cut-off server: two break off, one is answered.
        for (id, body) in [("a1", 1), ("b1", 2), ("c1", 3)] as [(String, UInt8)] {
            #expect(try await one.ledger.hold(request(id, body: body, attempt: 0)).hold != nil)
        }
        let begun = TokenUsage(prompt: 10, thinking: 1)
        _ = try await one.ledger.capture(.agreed("a1", begun, isAborted: true))
        _ = try await one.ledger.capture(.agreed("b1", begun, isAborted: true))
        _ = try await one.ledger.capture(.agreed("c1", begun))
        // Elsewhere: the first is tried twice more, the others are asked anew by somebody.
        #expect(try await other.ledger.hold(request("a2", body: 1, attempt: 1)).hold != nil)
        _ = try await other.ledger.capture(.agreed("a2", begun, isAborted: true))
        #expect(try await other.ledger.hold(request("a3", body: 1, attempt: 2)).hold != nil)
        _ = try await other.ledger.capture(.agreed("a3", Self.usage))
        #expect(try await other.ledger.hold(request("b2", body: 2, attempt: 0)).hold != nil)
        _ = try await other.ledger.capture(.agreed("b2", Self.usage))
        #expect(try await other.ledger.hold(request("c2", body: 3, attempt: 1)).hold != nil)
        _ = try await other.ledger.capture(.agreed("c2", Self.usage))
        try await one.mend()
        await one.ledger.settleLeases()
        // The first costs what its longest attempt did; of the others each one that was asked for.
        let short: Int64 = 10 * 1000 + 5000
        #expect(try await one.ledger.account("acme")?.captured == PicoUSD(3 * Self.cost + 2 * short))
        #expect(try leases() == [])
        try verify()
    }

    @Test("what a server has spent that died while it was cut off is told by the next one in its folder, once")
    func death() async throws {
        let books = MemoryStore()
        let dead = replica("run_1", lease: 9 * Self.worst, books: books)
        let (key, _) = try await open(dead.ledger)
        _ = try await dead.ledger.hold(.test("r0", key: key.id))
        try await dead.ledger.void(requestID: "r0", reason: "test")
        dead.wire.isCut = true
        for id in ["r1", "r2"] { #expect(try await dead.ledger.hold(.test(id, key: key.id)).hold != nil) }
        _ = try await dead.ledger.capture(.agreed("r1", Self.usage))
        let checkpoint = TokenUsage(prompt: 10, thinking: 4)
        dead.ledger.progress(checkpoint, requestID: "r2")
        for _ in 0..<1000 {
            let open = try books.read { reader throws(StoreError) in try reader.openHold(requestID: "r2") }
            if open?.checkpoint == checkpoint { break }
            try await Task.sleep(for: .milliseconds(5))
        }

        let next = replica("run_2", lease: 0)
        // Others bill what dead runs hold in the ledger itself, and leave leases alone.
        #expect(try await next.ledger.recover() == 0)
        #expect(try leases().count == 1)
        for _ in 0..<2 {
            let branch = LeaseBranch(ledger: Ledger(store: books, instance: "run_2", prices: .test), amount: .zero)
            #expect(try await next.ledger.settle(leftBy: "run_1", branch))
            #expect(!branch.hasLost)
        }
        #expect(try leases() == [])
        let account = try #require(try await next.ledger.account("acme"))
        #expect(account.captured == PicoUSD(Self.cost + 10 * 1000 + 4 * 5000) && account.held == .zero)
        let end = try shared.read { reader throws(StoreError) in try reader.terminalEntry(requestID: "r2") }
        #expect(end?.event.kind == .recovered && end?.key == key.id && end?.account == "acme")
        try shared.read { reader throws(StoreError) in
            #expect(try Verification(of: reader).findings.sentences == [])
        }
    }

    @Test("a lease that was given up is back in its account, and what its server tells afterwards is billed to nobody")
    func givenUp() async throws {
        let one = replica("run_1", lease: Self.worst)
        let (key, _) = try await open(one.ledger)
        _ = try await one.ledger.hold(.test("r0", key: key.id))
        try await one.ledger.void(requestID: "r0", reason: "test")
        one.wire.isCut = true
        #expect(try await one.ledger.hold(.test("r1", key: key.id)).hold != nil)
        _ = try await one.ledger.capture(.agreed("r1", Self.usage))
        let operators = Ledger(store: shared, reading: { clock.now })
        let lease = try #require(try await operators.leases().first)
        #expect(try await operators.giveUpLease(lease.id).left == PicoUSD(Self.worst))
        await #expect(throws: LedgerError.unknownLease(lease.id)) { try await operators.giveUpLease(lease.id) }
        try await one.mend()
        await one.ledger.settleLeases()
        #expect(one.ledger.branch?.hasLost == true)
        let account = try #require(try await operators.account("acme"))
        #expect(account.captured == .zero && account.held == .zero)
        try verify()
    }

    @Test("clients that ask side by side while the wire is cut and mended pay for each answer once")
    func stress() async throws {
        let one = replica("run_1", lease: 20 * Self.worst)
        let (key, _) = try await open(one.ledger)
        _ = try await one.ledger.hold(.test("r0", key: key.id))
        try await one.ledger.void(requestID: "r0", reason: "test")
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for client in 0..<6 {
                group.addTask {
                    var count = 0
                    for index in 0..<80 {
                        let id = "r\(client)-\(index)"
                        guard (try? await one.ledger.hold(.test(id, key: key.id)))?.hold != nil else { continue }
                        await Task.yield()
                        _ = try await one.ledger.capture(.agreed(id, TokenUsage(answer: 1)))
                        count += 1
                    }
                    return count
                }
            }
            let wires = Task {
                while !Task.isCancelled {
                    one.wire.isCut.toggle()
                    try? await Task.sleep(for: .milliseconds(3))
                    await one.ledger.settleLeases()
                }
            }
            let sum = try await group.reduce(0, +)
            wires.cancel()
            await wires.value
            return sum
        }
        try await one.mend()
        for _ in 0..<1000 where one.ledger.unwrittenCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
        await one.ledger.settleLeases(all: true)
        #expect(one.ledger.branch?.isClear == true)
        let account = try #require(try await one.ledger.account("acme"))
        // A hold whose end was kept in memory is written by now, too.
        #expect(account.held == .zero)
        #expect(account.captured == PicoUSD(Int64(answers) * 3000) && answers > 0)
        #expect(try leases() == [])
        try shared.read { reader throws(StoreError) in
            #expect(try Verification(of: reader).findings.sentences == [])
        }
    }
}
