import Billing
import HTTPServer
import HTTPTypes
import OpenAIAPI

/// `GET /health`, `/health/live`, `/health/ready`.
extension Gateway {
    var healthRoutes: [Route] {
        [
            // Alive is whoever can answer; ready is who takes new requests.
            Route(.get, "/health/live") { _, writer in writer.respond(json: HealthReport.ok) },
            Route(.get, "/health/ready") { [self] _, writer in respondReadiness(writer) },
            Route(.get, "/health") { [self] _, writer in respondReadiness(writer) },
        ]
    }

    private func respondReadiness(_ writer: ResponseWriter) {
        if isDraining {
            writer.respond(.draining(retryAfterSeconds: 1))
        } else if !ledger.canBill {
            // What cannot be billed is not run: others behind the same balancer may do better.
            writer.respond(.ledgerUnavailable)
        } else {
            writer.respond(json: HealthReport.ok)
        }
    }
}
