import ChatTemplate
import Engine
import OpenAIAPI
import OrderedJSON
import Tokenization

/// A conversation turned into tokens, with every bound decided.
struct PreparedPrompt: Sendable {
    var rendered: RenderedPrompt
    var tokens: [Int32]
    /// Where the system prompt and the user's messages end, counted in tokens.
    var messageEnds: [Int]
    /// What the usage report says of the thought's bound.
    var bound: Usage.Bound
    var limits: ThinkingLimits
    /// Whether thinking was switched off because the completion has no room for it.
    var lacksRoom = false
}

/// Renders, encodes and decides: DESIGN section 4 from the request to the gate.
struct PromptPreparation: Sendable {
    let model: ServedModel
    let settings: GatewaySettings

    /// Prepares what a chat completion computes.
    ///
    /// - Throws: `APIError` that names what cannot be rendered or does not fit the context.
    func prepare(_ request: ChatCompletionRequest) throws(APIError) -> PreparedPrompt {
        var choice = ThinkingChoice(
            requested: request.options.thinking.maxThinkTokens,
            messageSwitch: model.prompts.thinkingSwitch(in: request.messages),
            settings: settings
        )
        var prompt = try encoded(request, thinking: choice.forcedSwitch)
        var limits = try limits(request.options, promptCount: prompt.tokens.count, budget: choice.budget)
        let lacksRoom = prompt.rendered.startsInsideThinking && !limits.leavesRoomToThink
        if lacksRoom {
            choice.forcedSwitch = false
            prompt = try encoded(request, thinking: false)
            limits = try self.limits(request.options, promptCount: prompt.tokens.count, budget: choice.budget)
        }
        let isThinking = prompt.rendered.startsInsideThinking
        return PreparedPrompt(
            rendered: prompt.rendered,
            tokens: prompt.tokens,
            messageEnds: messageEnds(prompt.tokens),
            bound: Usage.Bound(
                isEnabled: isThinking,
                tokens: isThinking || lacksRoom ? choice.budget : 0,
                source: choice.source
            ),
            limits: limits,
            lacksRoom: lacksRoom
        )
    }

    /// The first special token behind the start begins what follows the system prompt. The last begins the answer; where
    /// the tokens are the same as there, a message ended that was answered. Special tokens are the template's own: text
    /// of a client never becomes one.
    private func messageEnds(_ tokens: [Int32]) -> [Int] {
        let marks = tokens.indices.dropFirst().filter { model.tokenizer.isSpecial(tokens[$0]) }
        guard let first = marks.first, let last = marks.last else { return [] }
        let opening = tokens[last...].prefix(2)
        return [first] + marks.filter { tokens[$0...].starts(with: opening) }
    }

    /// Prepares a raw prompt: it thinks if it ends inside an open `<think>`.
    ///
    /// Its own text is not rendered anew: where thinking is switched off, or has no room, the thought is closed in the prompt.
    func prepare(_ prompt: CompletionRequest.Prompt, _ request: CompletionRequest) throws(APIError) -> PreparedPrompt {
        var tokens: [Int32]
        var text: String
        switch prompt {
        case .text(let given):
            text = given
            tokens = model.tokenizer.encode(
                given,
                recognisesSpecialTokens: true,
                addsSpecialTokens: request.addsSpecialTokens
            )
        case .tokens(let given):
            tokens = given.map(Int32.init)
            text = model.tokenizer.decode(tokens)
        }
        guard !tokens.isEmpty else {
            throw .invalidRequest("'prompt' must have at least one token.", param: "prompt", code: "invalid_value")
        }
        let isOpen = RenderedPrompt.endsInsideThought(text)
        let choice = ThinkingChoice(
            requested: request.options.thinking.maxThinkTokens,
            messageSwitch: nil,
            settings: settings
        )
        var limits = try limits(request.options, promptCount: tokens.count, budget: choice.budget)
        let lacksRoom = isOpen && choice.budget != 0 && !limits.leavesRoomToThink
        let isThinking = isOpen && choice.budget != 0 && !lacksRoom
        if isOpen, !isThinking {
            tokens += limits.closing.variants[0].tokens
            limits = try self.limits(request.options, promptCount: tokens.count, budget: choice.budget)
        }
        return PreparedPrompt(
            rendered: RenderedPrompt(text: text, startsInsideThinking: isThinking),
            tokens: tokens,
            messageEnds: [],
            bound: Usage.Bound(
                isEnabled: isThinking,
                tokens: isThinking || lacksRoom ? choice.budget : 0,
                source: choice.source
            ),
            limits: limits,
            lacksRoom: lacksRoom
        )
    }

    private func encoded(
        _ request: ChatCompletionRequest,
        thinking: Bool?
    ) throws(APIError) -> (rendered: RenderedPrompt, tokens: [Int32]) {
        do {
            let rendered = try model.prompts.build(
                messages: request.messages,
                tools: request.tools.offered,
                addGenerationPrompt: request.addsGenerationPrompt,
                continueFinalMessage: request.continuesFinalMessage ? true : nil,
                extra: request.templateArguments,
                thinking: thinking
            )
            return (rendered, model.tokenizer.encode(rendered.text, trusted: rendered.trusted))
        } catch {
            throw APIError(error)
        }
    }

    /// What bounds the completion: the request, the operator's default, the rest of the context.
    private func limits(
        _ options: GenerationOptions,
        promptCount: Int,
        budget: Int?
    ) throws(APIError) -> ThinkingLimits {
        let room = model.maxModelLength - promptCount
        guard room > 0 else {
            throw .contextLengthExceeded(
                promptTokens: promptCount,
                completionTokens: options.maxCompletionTokens ?? 1,
                limit: model.maxModelLength
            )
        }
        let wanted = options.maxCompletionTokens ?? settings.defaultMaxCompletionTokens ?? room
        let closing = try closingText(options.thinking.closingText)
        return ThinkingLimits(
            budget: budget,
            graceTokens: options.thinking.graceTokens,
            completionLimit: min(wanted, room),
            minAnswerTokens: options.thinking.minAnswerTokens,
            closing: closing
        )
    }

    private func closingText(_ text: String?) throws(APIError) -> ClosingText {
        let text = text ?? ClosingText.standard
        guard !text.contains("<think>") else {
            throw .invalidRequest(
                "'think_close_text' ends a thought; it must not contain <think>, which begins one.",
                param: "think_close_text"
            )
        }
        return ClosingText(text) { model.tokenizer.encode($0, recognisesSpecialTokens: false) }
    }
}
