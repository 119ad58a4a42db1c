import Billing
import Telemetry

/// Whether requests can be billed.
extension PrometheusText {
    mutating func addLedger(_ ledger: Ledger) {
        add(
            "actuary_ledger_available",
            .gauge,
            "1 if the last transaction of the ledger was written, 0 if it cannot be reached or written.",
            ledger.isFailing ? 0 : 1
        )
        add(
            "actuary_ledger_unwritten_ends",
            .gauge,
            "Ends of requests that are kept in memory until the ledger can be written.",
            Double(ledger.unwrittenCount)
        )
        add(
            "actuary_ledger_leases",
            .gauge,
            "Keys for which this server may spend while it cannot reach the ledger.",
            Double(ledger.leaseCount)
        )
    }
}
