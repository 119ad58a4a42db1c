import Engine
import OpenAIAPI

/// How the computing for a request ended.
enum GenerationEnding: Sendable, Equatable {
    /// Why there is no answer.
    enum Fault: Sendable, Equatable {
        /// The engine did not take a prompt: nothing of it was computed.
        case refusal(EngineRefusal)
        /// The engine gave up on a prompt.
        case engine(EngineFailure)
    }

    /// Every choice came to its end.
    case completed(Usage)
    /// The client left or took the request back; what had been used until then.
    case cancelled(Usage)
    /// The client gets an error; what had been used all the same, if anything.
    case failed(Fault, Usage?)
}
