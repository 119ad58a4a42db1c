import ChatTemplate
import Engine
import OpenAIAPI

/// The one place where errors of the other rooms become what a client is told.
extension APIError {
    /// How long a client should wait for a place in the queue, seconds: a guess at the length of one answer.
    private static let retryDelay = 1

    init(_ error: TemplateError) {
        switch error {
        case .invalidMessages(let field, let message):
            self = .invalidRequest(message, param: field)
        case .raised(_, _, let message):
            self = .invalidRequest("The model's chat template refused the messages: \(message)", param: "messages")
        case .evaluation, .limit:
            self = .invalidRequest(
                "The model's chat template cannot render these messages: \(error)",
                param: "messages"
            )
        case .syntax, .unsupported:
            self = .internalFailure
        }
    }

    init(_ refusal: EngineRefusal) {
        switch refusal {
        case .queueFull(let limit): self = .overloaded(queueLimit: limit, retryAfterSeconds: Self.retryDelay)
        case .queueFullOfTokens(let limit):
            self = .overloaded(queuedTokensLimit: limit, retryAfterSeconds: Self.retryDelay)
        case .doesNotFit(let needed, let available):
            self = .exceedsCapacity(neededTokens: needed, availableTokens: available)
        case .draining: self = .draining(retryAfterSeconds: Self.retryDelay)
        }
    }

    init(_ failure: EngineFailure) {
        switch failure {
        case .noFiniteLogits, .device: self = .internalFailure
        case .shuttingDown: self = .interrupted
        case .deadlineExceeded: self = .deadlineExceeded
        case .deadlineUnreachable(let needed, let own):
            self = .deadlineUnreachable(neededSeconds: needed, isAlone: needed <= own * 1.01)
        }
    }
}

extension EngineFailure {
    /// Whether nothing is wrong with the server: the client's time was too short.
    var isOfClient: Bool {
        switch self {
        case .deadlineExceeded, .deadlineUnreachable: true
        case .noFiniteLogits, .device, .shuttingDown: false
        }
    }
}
