import Dispatch
package import Engine
package import HTTPServer
package import Logging
import Synchronization

/// The endpoints of one served model.
///
/// Handlers are called on the event loops and hand everything that takes time, JSON, templates, tokenization, to
/// `workers`.
package final class Gateway: Sendable {
    let model: ServedModel
    let engine: Engine
    let settings: GatewaySettings
    let log: Logger
    let statistics: ServerStatistics
    let workers = DispatchQueue(label: "gateway.workers", qos: .userInitiated, attributes: .concurrent)
    private let draining = Mutex(false)

    /// Creates the endpoints.
    ///
    /// - Parameters:
    ///   - model: What is served.
    ///   - engine: What computes.
    ///   - settings: What the operator decided.
    ///   - statistics: What the HTTP server counts, for `/metrics`.
    ///   - log: Where failures are written.
    package init(
        model: ServedModel,
        engine: Engine,
        settings: GatewaySettings,
        statistics: ServerStatistics,
        log: Logger
    ) {
        self.model = model
        self.engine = engine
        self.settings = settings
        self.statistics = statistics
        self.log = log
    }

    /// From now on the server is not ready, and says so.
    package func beginDrain() {
        draining.withLock { $0 = true }
        engine.drain()
    }

    var preparation: PromptPreparation { PromptPreparation(model: model, settings: settings) }

    var isDraining: Bool { draining.withLock { $0 } }

    /// All routes.
    package var routes: [Route] {
        healthRoutes + modelRoutes + tokenizationRoutes + chatCompletionRoutes + completionRoutes + messagesRoutes
            + metricsRoutes
    }
}
