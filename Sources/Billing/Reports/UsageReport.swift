/// What was used and what it cost, by day, key or model.
package struct UsageReport: Hashable, Sendable {
    /// By what rows are made.
    package enum Grouping: String, CaseIterable, Sendable {
        case day
        case key
        case model
    }

    /// One group. `nil` for key and model stands for all, or for what has none.
    package struct Row: Hashable, Sendable {
        package var start: Milliseconds
        package var end: Milliseconds
        package var key: String?
        package var model: String?
        /// Captured and recovered requests.
        package var requests = 0
        /// What was billed.
        package var usage = TokenUsage.zero
        /// `nil` if nothing in the group had a price.
        package var cost: PicoUSD?
    }

    package let grouping: Grouping
    package let start: Milliseconds
    package let end: Milliseconds
    private var groups: [String: Row] = [:]

    /// An empty report.
    package init(grouping: Grouping, start: Milliseconds, end: Milliseconds) {
        self.grouping = grouping
        self.start = start
        self.end = end
    }

    /// The groups by day, or by name.
    package var rows: [Row] { groups.sorted { $0.key < $1.key }.map(\.value) }

    /// Counts an entry, if it bills something.
    ///
    /// - Throws: `MoneyOverflow` if amounts are beyond all money.
    package mutating func add(_ entry: JournalEntry) throws(MoneyOverflow) {
        guard let billedAt = entry.event.billedAt else { return }
        let settlement = entry.event.settlement
        var row = Row(start: start, end: end)
        let name: String
        switch grouping {
        case .day:
            row.start = CivilTime.dayStart(billedAt)
            row.end = row.start + CivilTime.day
            name = CivilTime.dateText(billedAt)
        case .key:
            row.key = entry.key
            name = entry.key ?? ""
        case .model:
            row.model = settlement?.model
            name = settlement?.model ?? ""
        }
        var group = groups[name] ?? row
        if let settlement {
            group.requests += 1
            group.usage += settlement.billed
        }
        if let amount = entry.event.billedAmount { group.cost = try (group.cost ?? .zero).adding(amount) }
        groups[name] = group
    }
}
