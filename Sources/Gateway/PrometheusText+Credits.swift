import Billing
import Telemetry

/// The thinking credits of accounts that have any, under the names that burstable machines have made known.
extension PrometheusText {
    /// How many accounts are shown, the first by name: each is a label.
    private static let maxAccountCount = 1000

    /// Adds four numbers for each account, or for all together.
    ///
    /// - Parameters:
    ///   - accounts: All accounts, by name.
    ///   - byName: Whether whoever reads it may know who has an account and how much is left.
    mutating func addCredits(_ accounts: [Account], byName: Bool) {
        let reports = accounts.compactMap { account in account.credits.map { (account.name, $0.report) } }
        guard !reports.isEmpty else { return }
        let numbers: [(name: String, kind: Kind, help: String, value: (CreditReport) -> Int)] = [
            ("usage_total", .counter, "Thinking tokens that took credits.", \.used),
            ("balance", .gauge, "Credits that can be spent now.", \.available),
            ("surplus_balance", .gauge, "Credits that are owed to future earnings.", \.surplus),
            ("surplus_charged_total", .counter, "Credits that were charged as surplus.", \.surplusCharged),
        ]
        for number in numbers {
            let name = "actuary_think_credits_\(number.name)"
            guard byName else {
                let sum = reports.reduce(0) { $0 + number.value($1.1) }
                add(name, number.kind, number.help, Double(sum))
                continue
            }
            for (account, report) in reports.prefix(Self.maxAccountCount) {
                let labels = [(name: "account", value: account)]
                add(name, number.kind, number.help, labels: labels, Double(number.value(report)))
            }
        }
    }
}
