/// What an account owes for a calendar month, to the last picodollar; only its total is rounded.
package struct Invoice: Hashable, Sendable {
    /// One kind of token of one model at one price.
    package struct Line: Hashable, Sendable {
        package var model: String
        package var priceVersion: String
        /// `prompt`, `cached_prompt`, `thinking`, `answer` or `surplus_thinking`.
        package var item: String
        package var tokens: Int
        package var unitPrice: PicoUSD
        package var amount: PicoUSD
    }

    package let account: String
    /// The first moment of the month.
    package let month: Milliseconds
    package private(set) var lines: [Line] = []
    package private(set) var requests = 0
    /// Requests of models without a price; they are in no line.
    package private(set) var unpricedRequests = 0
    package private(set) var total = PicoUSD.zero
    /// Requests of this month that still run: they will be added.
    package var openRequests = 0

    package init(account: String, month: Milliseconds) {
        self.account = account
        self.month = month
    }

    private static let items = ["prompt", "cached_prompt", "thinking", "answer", "surplus_thinking"]

    /// Adds a request at the prices of its hold.
    ///
    /// - Throws: `MoneyOverflow` if amounts are beyond all money.
    mutating func add(_ settlement: Settlement, prices: UnitPrices?) throws(MoneyOverflow) {
        requests += 1
        guard let prices, let amount = settlement.amount else { return unpricedRequests += 1 }
        let billed = settlement.billed
        let counts = [
            (billed.prompt - billed.cachedPrompt, prices.prompt), (billed.cachedPrompt, prices.cachedPrompt),
            (billed.thinking, prices.thinking), (billed.answer, prices.answer),
            (settlement.surplusTokens, prices.surplusThinking),
        ]
        for (item, (tokens, price)) in counts.enumerated() where tokens > 0 {
            try add(item: item, tokens, price, model: settlement.model, version: prices.version)
        }
        total = try total.adding(amount)
    }

    /// Adds surplus that was charged at the end of a period, a mode or the account.
    ///
    /// - Throws: `MoneyOverflow` if amounts are beyond all money.
    mutating func add(_ charge: SurplusCharge) throws(MoneyOverflow) {
        let version = "surplus (\(charge.reason.rawValue))"
        try add(item: 4, charge.tokens, charge.price, model: Invoice.anyModel, version: version)
        total = try total.adding(charge.amount)
    }

    /// What stands for the model where thinking of all models together is charged.
    private static let anyModel = "all"

    private mutating func add(
        item: Int,
        _ tokens: Int,
        _ price: PicoUSD,
        model: String,
        version: String
    ) throws(MoneyOverflow) {
        let amount = try price.times(tokens)
        let name = Invoice.items[item]
        let known = lines.firstIndex {
            $0.model == model && $0.priceVersion == version && $0.item == name && $0.unitPrice == price
        }
        if let known {
            lines[known].tokens += tokens
            lines[known].amount = try lines[known].amount.adding(amount)
            return
        }
        lines.append(
            Line(model: model, priceVersion: version, item: name, tokens: tokens, unitPrice: price, amount: amount)
        )
        lines.sort { Invoice.order($0) < Invoice.order($1) }
    }

    private static func order(_ line: Line) -> (Int, String, String, Int, PicoUSD) {
        let isLast = line.model == anyModel ? 1 : 0
        return (isLast, line.model, line.priceVersion, items.firstIndex(of: line.item) ?? 0, line.unitPrice)
    }
}
