import Engine
import OpenAIAPI
import Synchronization

/// The requests that are being answered, by the ids that their clients know.
final class LiveRequests: Sendable {
    /// How the engine calls a request's prompts, and whose it is.
    struct Entry: Sendable {
        let engineIDs: [RequestID]
        /// How many choices each prompt has.
        let choiceCount: Int
        let principal: Principal
        /// Who pays, also for longer thoughts.
        let meter: any RequestMeter
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Adds a request, before its client has seen the id.
    func add(_ id: String, _ entry: Entry) { entries.withLock { $0[id] = entry } }

    /// Forgets a request that has ended.
    func remove(_ id: String) { entries.withLock { $0[id] = nil } }

    /// The request of that id; one of somebody else is as unknown as one that never was.
    func find(_ id: String, for principal: Principal) -> Entry? {
        entries.withLock { $0[id] }.flatMap { $0.principal.isSame(as: principal) ? $0 : nil }
    }

    /// How many there are.
    var count: Int { entries.withLock(\.count) }
}

extension LiveRequests.Entry {
    init(engineIDs: [RequestID], _ order: GenerationOrder, _ meter: any RequestMeter) {
        self.init(
            engineIDs: engineIDs,
            choiceCount: order.options.choiceCount,
            principal: order.principal,
            meter: meter
        )
    }
}
