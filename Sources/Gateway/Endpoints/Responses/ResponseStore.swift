import OrderedJSON
import Synchronization

/// Responses that can be fetched and gone on from, and running ones that can be cancelled; in memory, oldest forgotten first.
final class ResponseStore: Sendable {
    /// A finished response.
    struct Stored: Sendable {
        var account: String
        var document: [UInt8]
        /// The conversation up to and with this response, without instructions.
        var messages: [JSONValue]
    }

    /// A response under way.
    private struct Running {
        let account: String
        let cancel: @Sendable () -> Void
        /// Those who cancelled it, and wait for what it was until then.
        var waiting: [@Sendable ([UInt8]) -> Void] = []
    }

    private struct State {
        var stored: [String: Stored] = [:]
        var order: [String] = []
        var bytes = 0
        var running: [String: Running] = [:]
    }

    private let state = Mutex(State())
    private let maxCount: Int
    private let maxBytes: Int

    init(maxCount: Int = 1000, maxBytes: Int = 64 << 20) {
        self.maxCount = maxCount
        self.maxBytes = maxBytes
    }

    /// A response of this account.
    func response(_ id: String, of account: String) -> Stored? {
        state.withLock { state in
            guard let stored = state.stored[id], stored.account == account else { return nil }
            return stored
        }
    }

    func insert(_ id: String, _ response: Stored) {
        state.withLock { state in
            state.stored[id] = response
            state.order.append(id)
            state.bytes += Self.size(of: response)
            while state.order.count > 1, state.order.count > maxCount || state.bytes > maxBytes {
                let oldest = state.order.removeFirst()
                if let old = state.stored.removeValue(forKey: oldest) { state.bytes -= Self.size(of: old) }
            }
        }
    }

    /// Forgets a response.
    ///
    /// - Returns: Whether the account had it.
    func remove(_ id: String, of account: String) -> Bool {
        state.withLock { state in
            guard let stored = state.stored[id], stored.account == account else { return false }
            state.stored[id] = nil
            state.order.removeAll { $0 == id }
            state.bytes -= Self.size(of: stored)
            return true
        }
    }

    /// From now on a running response can be cancelled by its name.
    func begin(_ id: String, of account: String, cancel: @escaping @Sendable () -> Void) {
        state.withLock { $0.running[id] = Running(account: account, cancel: cancel) }
    }

    /// The response has ended.
    func end(_ id: String, _ document: [UInt8]) {
        let running = state.withLock { $0.running.removeValue(forKey: id) }
        for wait in running?.waiting ?? [] { wait(document) }
    }

    /// Cancels a running response.
    ///
    /// - Parameters:
    ///   - id: Its name.
    ///   - account: Whose it has to be.
    ///   - then: Called with the response when it has ended.
    /// - Returns: Whether it was running.
    func cancel(_ id: String, of account: String, then: @escaping @Sendable ([UInt8]) -> Void) -> Bool {
        let action = state.withLock { state -> (@Sendable () -> Void)? in
            guard let running = state.running[id], running.account == account else { return nil }
            state.running[id]?.waiting.append(then)
            return running.cancel
        }
        action?()
        return action != nil
    }

    private static func size(_ messages: [JSONValue]) -> Int { messages.reduce(0) { $0 + $1.utf8().count } }
    private static func size(of stored: Stored) -> Int { stored.document.count + size(stored.messages) }
}
