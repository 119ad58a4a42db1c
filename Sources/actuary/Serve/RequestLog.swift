import HTTPServer
import Logging

/// Writes what the HTTP server reports: ids, paths and numbers, never bodies.
enum RequestLog {
    /// Logs one event at a level that fits it.
    static func write(_ event: ServerEvent, to log: Logger) {
        switch event {
        case .request(let record): write(record, to: log)
        default: log.notice("http server", metadata: ["event": "\(event)"])
        }
    }

    private static func write(_ record: RequestRecord, to log: Logger) {
        log.info(
            "request",
            metadata: [
                "request_id": "\(record.requestID)", "peer": "\(record.peerAddress)",
                "method": "\(record.method ?? "-")", "path": "\(record.path ?? "-")",
                "route": "\(record.route ?? "-")",
                "status": .stringConvertible(record.status ?? 0), "body_bytes": .stringConvertible(record.bodyBytes),
                "milliseconds": .stringConvertible(record.duration / .milliseconds(1)), "outcome": "\(record.outcome)",
            ]
        )
    }
}
