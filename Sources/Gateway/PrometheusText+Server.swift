import HTTPServer
import Telemetry

extension PrometheusText {
    /// Adds what the HTTP server counted.
    mutating func add(_ counters: ServerCounters) {
        addExchanges(counters)
        addConnections(counters)
        for limit in ServerLimit.allCases {
            add(
                "actuary_http_limits_reached_total",
                .counter,
                "How often clients ran into a limit of the HTTP server.",
                labels: [("limit", limit.rawValue)],
                Double(counters.limitsReached[limit, default: 0])
            )
        }
    }

    private mutating func addExchanges(_ counters: ServerCounters) {
        let exchanges = counters.exchanges.sorted {
            ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status)
        }
        for (labels, count) in exchanges {
            add(
                "actuary_http_requests_total",
                .counter,
                "Requests that ended, by route, method and status; status 0 had no answer.",
                labels: [("route", labels.route), ("method", labels.method), ("status", "\(labels.status)")],
                Double(count)
            )
        }
        for (route, histogram) in counters.durations.sorted(by: { $0.key < $1.key }) {
            addHistogram(
                "actuary_http_request_duration_seconds",
                "Time from the whole head of a request to the end of its answer.",
                labels: [("route", route)],
                bounds: DurationHistogram.bounds,
                counts: histogram.counts,
                sum: histogram.sum
            )
        }
        for (reason, count) in [("client", counters.requestsAbandoned), ("server", counters.requestsAborted)] {
            add(
                "actuary_http_requests_broken_off_total",
                .counter,
                "Requests that ended before their answer was complete, by who ended them.",
                labels: [("by", reason)],
                Double(count)
            )
        }
    }

    private mutating func addConnections(_ counters: ServerCounters) {
        add(
            "actuary_http_connections_open",
            .gauge,
            "Connections that are open.",
            Double(counters.connectionsOpen)
        )
        add(
            "actuary_http_connections_total",
            .counter,
            "Connections that were accepted.",
            Double(counters.connectionsAccepted)
        )
        let handshakes = [
            ("full", counters.handshakesCompleted - counters.handshakesResumed),
            ("resumed", counters.handshakesResumed), ("failed", counters.handshakesFailed),
        ]
        for (result, count) in handshakes {
            add(
                "actuary_tls_handshakes_total",
                .counter,
                "TLS handshakes, by what came of them.",
                labels: [("result", result)],
                Double(count)
            )
        }
    }
}
