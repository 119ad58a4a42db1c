/// The proof that a ledger is whole: its chain, its sums, and what it derives from them.
package struct Verification: Sendable {
    package private(set) var entries = 0
    package private(set) var holds = 0
    package private(set) var captures = 0
    package private(set) var voids = 0
    package private(set) var recoveries = 0
    package private(set) var accounts = 0
    package private(set) var keys = 0
    package private(set) var openHolds = 0
    /// Leases that have not ended.
    package private(set) var leases = 0
    /// Over all accounts.
    package private(set) var granted = PicoUSD.zero
    package private(set) var captured = PicoUSD.zero
    package private(set) var held = PicoUSD.zero
    package private(set) var findings = Findings()

    /// Whether everything agrees.
    package var isSound: Bool { findings.count == 0 }

    private static let pageSize = 1000

    /// Reads a ledger from its first entry to the last, in one state.
    ///
    /// - Throws: `StoreError` if it cannot be read.
    init(of reader: any LedgerReader) throws(StoreError) {
        var replay = Replay()
        var head = JournalHead.genesis
        while true {
            let page = try reader.entries(after: head.seq, limit: Verification.pageSize)
            for entry in page {
                findings.expect(
                    entry.follows(head),
                    "entry \(entry.seq) does not follow on entry \(head.seq): the chain is broken"
                )
                head = entry.head
                check(entry, &replay)
            }
            if page.count < Verification.pageSize { break }
        }
        let leases = try reader.leases()
        compare(replay, try reader.accounts(), try reader.keys(), try reader.openHolds(), leases)
    }

    /// What the journal says, entry by entry.
    private struct Replay {
        var accounts: [String: Account] = [:]
        var keys: [String: APIKey] = [:]
        var open: [String: OpenHold] = [:]
        var leases: [String: Lease] = [:]
        var begun: Set<String> = []
        var sums: [String: Sums] = [:]
    }

    /// What an account's amounts add up to, independently of the rules that keep its balance.
    private struct Sums {
        var granted: Int64 = 0
        var captured: Int64 = 0
    }

    private mutating func check(_ entry: JournalEntry, _ replay: inout Replay) {
        entries += 1
        let reference = entry.reference ?? ""
        let hold = replay.open[reference]
        switch entry.event {
        case .hold:
            holds += 1
            findings.expect(replay.begun.insert(reference).inserted, "request \(reference) has two holds")
        case .capture(let settlement):
            captures += 1
            check(settlement, hold, entry)
        case .recovered(let settlement):
            recoveries += 1
            check(settlement, hold, entry)
        case .void: voids += 1
        default: break
        }
        sum(entry, replay.accounts[entry.account]?.terms.kind, &replay.sums)

        let lease = entry.leaseID(ending: hold)
        let books = Books(
            account: replay.accounts[entry.account],
            key: entry.key.flatMap { replay.keys[$0] },
            hold: hold,
            lease: lease.flatMap { replay.leases[$0] }
        )
        do throws(LedgerError) {
            let after = try books.applying(entry)
            replay.accounts[entry.account] = after.account
            if let key = after.key { replay.keys[key.id] = key }
            if entry.reference != nil { replay.open[reference] = after.hold }
            if let lease { replay.leases[lease] = after.lease }
            if let account = after.account { check(account, entry) }
        } catch .inconsistent(let sentence) {
            findings.add(sentence)
        } catch {
            findings.add("entry \(entry.seq) leads beyond all money")
        }
    }

    /// That a settlement is what its hold's prices make of its tokens.
    private mutating func check(_ settlement: Settlement, _ hold: OpenHold?, _ entry: JournalEntry) {
        guard let hold else { return }
        do throws(LedgerError) {
            let expected = try hold.settlement(of: settlement.usage)
            findings.expect(
                expected.amount == settlement.amount && expected.billed == settlement.billed
                    && expected.surplusTokens == settlement.surplusTokens,
                "entry \(entry.seq) bills another amount than its tokens and prices make"
            )
        } catch {
            findings.add("entry \(entry.seq) bills more than its hold allows")
        }
        findings.expect(settlement.begunAt == hold.begunAt, "entry \(entry.seq) says another begin than its hold")
        findings.expect(settlement.instance == hold.terms.instance, "entry \(entry.seq) says another run than its hold")
    }

    private mutating func check(_ account: Account, _ entry: JournalEntry) {
        guard account.terms.kind == .prepaid else { return }
        let balance = try? account.granted.subtracting(account.captured).subtracting(account.held)
        findings.expect(
            balance.map { $0 >= .zero } ?? false,
            "entry \(entry.seq) makes \(account.name)'s balance negative"
        )
    }

    private func sum(_ entry: JournalEntry, _ kind: AccountKind?, _ sums: inout [String: Sums]) {
        switch entry.event {
        case .grant(let amount) where kind != .capped:
            sums[entry.account, default: Sums()].granted += amount.picodollars
        default:
            guard let amount = entry.event.billedAmount else { return }
            sums[entry.account, default: Sums()].captured += amount.picodollars
        }
    }

    /// That the derived rows are what the journal says.
    private mutating func compare(
        _ replay: Replay,
        _ accounts: [Account],
        _ keys: [APIKey],
        _ open: [OpenHold],
        _ leases: [Lease]
    ) {
        self.accounts = accounts.count
        self.keys = keys.count
        openHolds = open.count
        self.leases = leases.count
        findings.expect(
            accounts.count == replay.accounts.count,
            "there are accounts that the journal does not know, or the reverse"
        )
        findings.expect(
            keys.count == replay.keys.count,
            "there are keys that the journal does not know, or the reverse"
        )
        for account in accounts {
            findings.expect(
                account == replay.accounts[account.name],
                "account \(account.name) is not what the journal makes of it"
            )
            let sums = replay.sums[account.name] ?? Sums()
            findings.expect(
                account.granted.picodollars == sums.granted && account.captured.picodollars == sums.captured,
                "account \(account.name)'s balance is not the sum of its entries"
            )
            var held = PicoUSD.zero
            for hold in open where hold.account == account.name {
                held = (try? held.adding(hold.terms.amount ?? .zero)) ?? held
            }
            for lease in leases where lease.account == account.name { held = (try? held.adding(lease.left)) ?? held }
            findings.expect(
                held == account.held,
                "account \(account.name) holds another amount than its open holds and leases"
            )
            granted = (try? granted.adding(account.granted)) ?? granted
            captured = (try? captured.adding(account.captured)) ?? captured
            self.held = (try? self.held.adding(account.held)) ?? self.held
        }
        for key in keys {
            findings.expect(key == replay.keys[key.id], "key \(key.id) is not what the journal makes of it")
        }
        findings.expect(
            leases == replay.leases.values.sorted { ($0.begunAt, $0.id) < ($1.begunAt, $1.id) },
            "the leases are not what the journal makes of them"
        )
        compare(replay.open, open)
    }

    private mutating func compare(_ replayed: [String: OpenHold], _ open: [OpenHold]) {
        findings.expect(
            open.count == replayed.count,
            "there are open holds that the journal does not know, or the reverse"
        )
        for hold in open {
            var expected = replayed[hold.requestID]
            // The checkpoint is not part of the chain.
            expected?.checkpoint = hold.checkpoint
            findings.expect(hold == expected, "the open hold of \(hold.requestID) is not what the journal says")
            let isBillable = (try? hold.settlement(of: hold.checkpoint)) != nil
            findings.expect(isBillable, "the checkpoint of \(hold.requestID) exceeds its hold")
        }
    }
}
