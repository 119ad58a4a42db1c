import OpenAIAPI

/// How calls are looked for in the answers of a request.
struct CallReading: Sendable, Equatable {
    /// What the ids of all calls begin with; it has to differ from request to request.
    var idPrefix: String
    var allowsParallelCalls: Bool
    /// Whether the client knows calls as `function_call` only.
    var usesLegacyForm: Bool
    /// What an answer with calls ends with, if nothing cut it off.
    var finishReason = FinishReason.toolCalls

    /// The name of a call that no other one has.
    func id(choice: Int, call: Int) -> String { "\(idPrefix)\(String(choice, radix: 36))x\(String(call, radix: 36))" }
}
