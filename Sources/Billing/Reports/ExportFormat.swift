import OrderedJSON

/// How the journal is exported: a line for each entry, whose `seq` is the cursor to go on from.
package enum ExportFormat: String, CaseIterable, Sendable {
    /// The hashed lines themselves, with the hash: everything that is needed to check the chain.
    case jsonl
    /// CloudEvents 1.0 in JSON, one a line; `source` and `id` together are unique for ever.
    case cloudevents
    case csv

    /// The first line, if the format has one that is no entry.
    package var header: String? { self == .csv ? CSV.line(Self.columns) : nil }

    /// An entry as a line.
    ///
    /// - Parameters:
    ///   - entry: The entry.
    ///   - ledgerID: The hash of the ledger's first entry, which no other ledger has.
    /// - Returns: The line with its line break.
    package func line(_ entry: JournalEntry, ledgerID: String) -> String {
        switch self {
        case .jsonl: entry.line.dropLast() + ",\"hash\":\"\(Hexadecimal.text(entry.hash))\"}\n"
        case .cloudevents: Self.cloudEvent(entry, ledgerID)
        case .csv: CSV.line(Self.cells(entry))
        }
    }

    private static func cloudEvent(_ entry: JournalEntry, _ ledgerID: String) -> String {
        var head: JSONObject = [
            "specversion": "1.0",
            "id": .string(String(entry.seq)),
            "source": .string("urn:actuary:ledger:\(ledgerID)"),
            "type": .string("actuary.ledger.\(entry.event.kind.rawValue)"),
            "subject": .string(entry.account),
            "time": .string(CivilTime.text(entry.time)),
            "datacontenttype": "application/json",
        ]
        // Extension attributes have lower-case names without signs.
        if let key = entry.key { head["actuarykey"] = .string(key) }
        if let reference = entry.reference { head["actuaryreference"] = .string(reference) }
        return JSONValue.object(head).text().dropLast() + ",\"data\":\(entry.detail)}\n"
    }

    private static let columns = [
        "seq", "time", "kind", "account", "key", "reference", "model", "prompt_tokens", "cached_tokens",
        "thinking_tokens", "answer_tokens", "forced_tokens", "picodollars", "hash",
    ]

    private static func cells(_ entry: JournalEntry) -> [String] {
        var model = ""
        var usage: TokenUsage?
        var amount: PicoUSD?
        switch entry.event {
        case .hold(let terms): (model, usage, amount) = (terms.model, terms.worstCase, terms.amount)
        case .capture(let end), .recovered(let end): (model, usage, amount) = (end.model, end.billed, end.amount)
        case .grant(let money): amount = money
        case .surplusCharge(let charge): amount = charge.amount
        default: break
        }
        let counts = usage.map { [$0.prompt, $0.cachedPrompt, $0.thinking, $0.answer, $0.forced].map(String.init) }
        return [
            String(entry.seq), CivilTime.text(entry.time), entry.event.kind.rawValue, entry.account, entry.key ?? "",
            entry.reference ?? "", model,
        ] + (counts ?? ["", "", "", "", ""])
            + [amount.map { String($0.picodollars) } ?? "", Hexadecimal.text(entry.hash)]
    }
}
