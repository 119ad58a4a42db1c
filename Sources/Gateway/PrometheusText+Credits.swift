import Billing
import Telemetry

/// The thinking credits of accounts that have any, under the names that burstable machines have made known.
extension PrometheusText {
    /// How many accounts are shown, the first by name: each is a label.
    private static let maxAccountCount = 1000

    mutating func addCredits(_ accounts: [Account]) {
        let reports = accounts.prefix(Self.maxAccountCount).compactMap { account in
            account.credits.map { (account.name, $0.report) }
        }
        let numbers: [(name: String, kind: Kind, help: String, value: (CreditReport) -> Int)] = [
            ("usage_total", .counter, "Thinking tokens that took credits.", \.used),
            ("balance", .gauge, "Credits that can be spent now.", \.available),
            ("surplus_balance", .gauge, "Credits that are owed to future earnings.", \.surplus),
            ("surplus_charged_total", .counter, "Credits that were charged as surplus.", \.surplusCharged),
        ]
        for number in numbers {
            for (name, report) in reports {
                add(
                    "actuary_think_credits_\(number.name)",
                    number.kind,
                    number.help,
                    labels: [("account", name)],
                    Double(number.value(report))
                )
            }
        }
    }
}
