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
    let workers = DispatchQueue(label: "gateway.workers", qos: .userInitiated, attributes: .concurrent)
    let responses = ResponseStore()
    private let draining = Mutex(false)

    package init(model: ServedModel, engine: Engine, settings: GatewaySettings, log: Logger) {
        self.model = model
        self.engine = engine
        self.settings = settings
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
            + responsesRoutes + metricsRoutes
    }
}
