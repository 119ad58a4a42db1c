import Crypto
import OrderedJSON

/// One entry of the journal: something that happened, at its place in the chain.
package struct JournalEntry: Hashable, Sendable {
    /// Counts entries from 1, without gaps.
    package let seq: Int
    /// Never before the time of the entry before.
    package let time: Milliseconds
    package let account: String
    /// The key's id, where a key had part in it.
    package let key: String?
    /// The request's id; for grants, their own.
    package let reference: String?
    package let event: LedgerEvent
    /// The event's detail, as it was written and hashed.
    package let detail: String
    /// Chains this entry to all before it.
    package let hash: [UInt8]

    /// The hash before the first entry.
    package static let genesisHash = [UInt8](repeating: 0, count: 32)

    /// The next entry of a chain.
    package init(
        after head: JournalHead,
        time: Milliseconds,
        account: String,
        key: String?,
        reference: String?,
        event: LedgerEvent
    ) {
        seq = head.seq + 1
        self.time = time
        self.account = account
        self.key = key
        self.reference = reference
        self.event = event
        detail = event.detail
        let line = JournalEntry.line(seq, time, event.kind, account, key, reference, detail)
        hash = JournalEntry.hash(of: line, after: head.hash)
    }

    /// An entry as a store has kept it.
    ///
    /// - Throws: A decoding error if kind or detail are not what an entry has.
    package init(
        seq: Int,
        time: Milliseconds,
        kind: String,
        account: String,
        key: String?,
        reference: String?,
        detail: String,
        hash: [UInt8]
    ) throws {
        guard let kind = LedgerEvent.Kind(rawValue: kind) else { throw StoreError.corrupt("entry \(seq) is a \(kind)") }
        self.seq = seq
        self.time = time
        self.account = account
        self.key = key
        self.reference = reference
        event = try LedgerEvent(kind: kind, detail: detail)
        self.detail = detail
        self.hash = hash
    }

    /// The entry as a line of JSON without its hash: what is hashed, and what an export shows.
    package var line: String { JournalEntry.line(seq, time, event.kind, account, key, reference, detail) }

    /// Whether the entry follows on `head` and says what was hashed.
    package func follows(_ head: JournalHead) -> Bool {
        seq == head.seq + 1 && time >= head.time && hash == JournalEntry.hash(of: line, after: head.hash)
    }

    /// The lease that the entry is about, if it begins or ends one, or a request that is paid from one.
    ///
    /// - Parameter hold: The hold of the entry's request, if it has one before the entry.
    /// - Returns: The lease's identifier.
    package func leaseID(ending hold: OpenHold?) -> String? {
        switch event {
        case .lease, .leaseEnded: reference
        case .hold(let terms): terms.lease?.id
        default: hold?.terms.lease?.id
        }
    }

    /// The head of a chain that ends here.
    package var head: JournalHead { JournalHead(seq: seq, time: time, hash: hash) }

    /// SHA-256 over the hash before and the line.
    private static func hash(of line: String, after previous: [UInt8]) -> [UInt8] {
        var hasher = SHA256()
        hasher.update(data: previous)
        hasher.update(data: Array(line.utf8))
        return Array(hasher.finalize())
    }

    private static func line(
        _ seq: Int,
        _ time: Milliseconds,
        _ kind: LedgerEvent.Kind,
        _ account: String,
        _ key: String?,
        _ reference: String?,
        _ detail: String
    ) -> String {
        var bytes = Array("{\"seq\":\(seq),\"time\":\(time),\"kind\":\"\(kind.rawValue)\"".utf8)
        for (name, text) in [("account", account), ("key", key), ("reference", reference)] {
            guard let text else { continue }
            bytes.append(contentsOf: ",\"\(name)\":".utf8)
            JSONValue.append(text, to: &bytes)
        }
        bytes.append(contentsOf: ",\"detail\":\(detail)}".utf8)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Where a journal ends.
package struct JournalHead: Hashable, Sendable {
    package var seq: Int
    package var time: Milliseconds
    package var hash: [UInt8]

    /// Before the first entry.
    package static let genesis = JournalHead(seq: 0, time: 0, hash: JournalEntry.genesisHash)
}
