import Dispatch
import Engine
import HTTPServer
import HTTPTypes
import Logging
import OpenAIAPI

/// One chat completion on its way back: engine events in, a response out.
///
/// The engine's thread only passes events on; everything here happens on the run's own serial queue.
final class ChatRun: @unchecked Sendable {  // All mutable state is touched on `queue` only.
    /// What is known before the first token.
    struct Description: Sendable {
        /// The id that the client's response carries, under which failures are logged.
        var requestID: String
        var identity: CompletionIdentity
        var promptTokens: Int
        var bound: Usage.Bound
        /// Whether thinking was switched off to leave room for an answer.
        var lacksRoomToThink: Bool
        var choiceCount: Int
        /// Fields of the response beside its type.
        var headers: HTTPFields
    }

    private let description: Description
    private let queue = DispatchQueue(label: "gateway.chat")
    private let response: any ChatResponse
    private let log: Logger
    private var results: [ChoiceTokens?]
    /// Of the first choice: the prompt is billed once, and the others go on from what the first computed.
    private var cachedTokens = 0

    init(_ description: Description, response: any ChatResponse, log: Logger) {
        self.description = description
        self.response = response
        self.log = log
        results = Array(repeating: nil, count: description.choiceCount)
    }

    /// Hands the request to the engine; if the client leaves, it is taken back.
    func start(_ generation: GenerationRequest, on engine: Engine, leaving writer: ResponseWriter) {
        queue.async { [self] in
            do throws(EngineRefusal) {
                let id = try engine.submit(generation) { [self] event in queue.async { [self] in handle(event) } }
                writer.onClosed { engine.cancel(id) }
            } catch {
                response.fail(APIError(error))
            }
        }
    }

    private func handle(_ event: GenerationEvent) {
        switch event {
        case .accepted: response.begin(description)
        case .progressed(let progress):
            if !progress.reasoning.isEmpty { response.reasoning(progress.reasoning, choice: progress.choice) }
            if !progress.content.isEmpty { response.content(progress.content, choice: progress.choice) }
        case .choiceEnded(let choice, let result):
            let tokens = tokens(of: result)
            results[choice] = tokens
            if choice == 0 { cachedTokens = result.cachedTokens }
            response.end(choice, FinishReason(result.finishReason), tokens)
        case .completed:
            response.complete(
                Usage(
                    promptTokens: description.promptTokens,
                    cachedTokens: cachedTokens,
                    bound: description.bound,
                    choices: results.compactMap { $0 }
                )
            )
        case .cancelled: break  // Nobody is there to be told.
        case .failed(let failure, _):
            // The client is told of no inner workings, only that the log has them.
            log.log(
                level: failure.isOfClient ? .info : .error,
                "request failed",
                metadata: ["request_id": "\(description.requestID)", "failure": "\(failure)"]
            )
            response.fail(APIError(failure))
        }
    }

    private func tokens(of result: ChoiceResult) -> ChoiceTokens {
        ChoiceTokens(
            reasoning: result.reasoningTokens,
            forced: result.forcedTokens,
            answer: result.answerTokens,
            completion: result.completionTokens,
            endedBy: description.lacksRoomToThink ? .reserve : ThinkingEnding(result.thinkingEndedBy)
        )
    }
}

extension FinishReason {
    fileprivate init(_ reason: ChoiceResult.FinishReason) {
        switch reason {
        case .stop: self = .stop
        case .length: self = .length
        }
    }
}

extension ThinkingEnding {
    fileprivate init(_ end: ThinkingEnd) {
        switch end {
        case .natural: self = .natural
        case .budget: self = .budget
        case .reserve: self = .reserve
        case .length: self = .length
        case .toolCall: self = .toolCall
        case .disabled: self = .disabled
        }
    }
}
