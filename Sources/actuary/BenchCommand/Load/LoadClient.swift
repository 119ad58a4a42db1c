import OrderedJSON
import Synchronization

/// Sends chat completions and notes when what comes back came.
struct LoadClient: Sendable {
    let client: HTTPClient
    let model: String
    /// Makes the prompts of this run differ from those of any other, so that no cache knows them.
    let run: UInt64

    /// What a request asks for.
    struct Demand: Sendable {
        /// Words of the prompt, one or two tokens each.
        var words: Int
        /// Of these, how many all requests of the run begin with.
        var sharedWords = 0
        var maxTokens: Int
    }

    private struct Progress {
        var parser = EventStreamParser()
        var sample = LoadSample()
        var errorBody: [UInt8] = []
        var status = 0
    }

    /// Sends a request that is due now or was before.
    ///
    /// - Parameters:
    ///   - demand: What it asks for.
    ///   - number: Makes its prompt differ from others'.
    ///   - due: From when times count.
    ///   - end: When it is given up, which is no failure; `nil` waits for the whole answer.
    /// - Returns: What was seen until then.
    func send(
        _ demand: Demand,
        number: Int,
        due: ContinuousClock.Instant = .now,
        until end: ContinuousClock.Instant? = nil
    ) async -> LoadSample {
        let progress = Mutex(Progress())
        let patience = Mutex<Task<Void, Never>?>(nil)
        let seconds: @Sendable () -> Double = { (ContinuousClock.now - due) / .seconds(1) }
        await withCheckedContinuation { continuation in
            let request = client.start("/v1/chat/completions", body: body(demand, number)) { event in
                switch event {
                case .head(let status): progress.withLock { $0.status = status }
                case .bytes(let bytes):
                    let time = seconds()
                    progress.withLock { LoadClient.read(bytes, at: time, &$0) }
                case .end:
                    let time = seconds()
                    progress.withLock { LoadClient.finish(at: time, &$0) }
                    continuation.resume()
                case .failed(let error):
                    progress.withLock { $0.sample.failure = error == .cancelled ? nil : error.message }
                    continuation.resume()
                }
            }
            guard let end else { return }
            let waiting = Task {
                if (try? await ContinuousClock().sleep(until: end)) != nil { request.cancel() }
            }
            patience.withLock { $0 = waiting }
        }
        patience.withLock { $0 }?.cancel()
        return progress.withLock { $0.sample }
    }

    private func body(_ demand: Demand, _ number: Int) -> JSONValue {
        let shared = (0..<demand.sharedWords).map { word(run, $0) }
        let own = (demand.sharedWords..<max(demand.sharedWords, demand.words)).map {
            word(run &+ UInt64(number + 1), $0)
        }
        return [
            "model": .string(model),
            "messages": [["role": "user", "content": .string((shared + own).joined(separator: " "))]],
            "max_tokens": .integer(Int64(demand.maxTokens)), "temperature": 1, "seed": .integer(Int64(number)),
            "stream": true, "stream_options": ["include_usage": true],
        ]
    }

    private func word(_ seed: UInt64, _ index: Int) -> String {
        let mixed = (seed &+ UInt64(index)) &* 0x9E37_79B9_7F4A_7C15
        return "\(mixed >> 56)"
    }

    private static func read(_ bytes: [UInt8], at time: Double, _ progress: inout Progress) {
        guard progress.status == 200 else {
            progress.errorBody += bytes
            return
        }
        for event in progress.parser.consume(bytes) where event.data != "[DONE]" {
            guard let value = try? JSONValue(parsing: Array(event.data.utf8)) else { continue }
            if let message = value["error"]?["message"]?.string { progress.sample.failure = message }
            if let usage = value["usage"], let completion = usage["completion_tokens"]?.integer {
                progress.sample.completionTokens = completion
                progress.sample.promptTokens = usage["prompt_tokens"]?.integer ?? 0
                progress.sample.cachedTokens = usage["prompt_tokens_details"]?["cached_tokens"]?.integer ?? 0
            }
            let delta = value["choices"]?.array?.first?["delta"]
            let texts = ["content", "reasoning_content"].compactMap { delta?[$0]?.string }
            if texts.contains(where: { !$0.isEmpty }) { progress.sample.pieces.append(time) }
        }
    }

    private static func finish(at time: Double, _ progress: inout Progress) {
        progress.sample.end = time
        guard progress.status != 200 else { return }
        let text = String(decoding: progress.errorBody.prefix(300), as: UTF8.self)
        progress.sample.failure = "status \(progress.status): \(text)"
    }
}
