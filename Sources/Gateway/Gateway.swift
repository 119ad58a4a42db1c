package import Billing
import Dispatch
package import Engine
package import HTTPServer
package import Logging
import OpenAIAPI
import Synchronization

/// The endpoints of one served model.
///
/// Handlers are called on the event loops and hand everything that takes time, JSON, templates, tokenization, to
/// `workers`.
package final class Gateway: Sendable {
    let model: ServedModel
    let constraints: AnswerConstraints
    let engine: Engine
    let ledger: Ledger
    let access: AccessControl
    let settings: GatewaySettings
    let log: Logger
    let statistics: ServerStatistics
    let workers = DispatchQueue(label: "gateway.workers", qos: .userInitiated, attributes: .concurrent)
    /// What can be controlled while it is answered.
    let liveRequests = LiveRequests()
    let responses = ResponseStore()
    private let draining = Mutex(false)
    /// Requests that have a hold and are not settled yet.
    let unsettled = UnsettledCount()

    /// Creates the endpoints.
    ///
    /// - Parameters:
    ///   - model: What is served.
    ///   - engine: What computes.
    ///   - ledger: Who pays for what.
    ///   - settings: What the operator decided.
    ///   - statistics: What the HTTP server counts, for `/metrics`.
    ///   - log: Where failures are written.
    package init(
        model: ServedModel,
        engine: Engine,
        ledger: Ledger,
        settings: GatewaySettings,
        statistics: ServerStatistics,
        log: Logger
    ) {
        self.model = model
        constraints = AnswerConstraints(model.tokenizer)
        self.engine = engine
        self.ledger = ledger
        access = AccessControl(ledger: ledger)
        self.settings = settings
        self.statistics = statistics
        self.log = log
    }

    /// From now on the server is not ready, and says so.
    package func beginDrain() {
        draining.withLock { $0 = true }
        engine.drain()
    }

    /// Returns when every request that has a hold is settled; none is left to begin then.
    package func settled() async { await unsettled.reachesZero() }

    /// What the engine has counted in all, under the name of this run.
    package var engineTotals: EngineTotals { EngineTotals(engine.endedTally, of: ledger.instance) }

    var preparation: PromptPreparation { PromptPreparation(model: model, settings: settings) }

    var isDraining: Bool { draining.withLock { $0 } }

    /// All routes. Health, metrics and the document are open to everybody who can connect; all others ask for a key if there are keys.
    package var routes: [Route] {
        healthRoutes + metricsRoutes + modelRoutes + tokenizationRoutes + chatCompletionRoutes + controlRoutes
            + completionRoutes + messagesRoutes + responsesRoutes + quoteRoutes + creditsRoutes + usageRoutes
            + openAPIRoutes + administrationRoutes
    }
}
