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
    /// Why thinking was switched off although it was asked for: the completion has no room for it, or no credits are left.
    var withheld: ThinkingEnd?
}

/// How the messages of a request are rendered, beyond what a chat completion needs.
struct PromptShape: Sendable {
    var tools: [JSONValue] = []
    /// Whether the prompt opens the assistant's turn.
    var addsGenerationPrompt = true
    var continuesFinalMessage = false

    /// A prompt to be answered.
    static let answer = PromptShape()
}

extension PromptShape {
    init(_ request: RenderRequest) {
        tools = request.tools
        addsGenerationPrompt = request.addsGenerationPrompt
        continuesFinalMessage = request.continuesFinalMessage
    }
}

/// Renders, encodes and decides: DESIGN section 4 from the request to the gate.
struct PromptPreparation: Sendable {
    let model: ServedModel
    let settings: GatewaySettings

    /// Prepares what a request computes.
    ///
    /// - Throws: `APIError` that names what cannot be rendered or does not fit the context.
    func prepare(
        _ request: ChatCompletionRequest,
        _ shape: PromptShape = .answer,
        _ context: RequestContext
    ) throws(APIError) -> PreparedPrompt {
        try request.checkTemplateArguments(model.prompts.template.mentions)
        var decision = ThinkingDecision(
            ThinkingSources(
                options: request.options.thinking,
                messageSwitch: model.prompts.thinkingSwitch(in: request.messages),
                modelSuffix: context.modelSuffix,
                headerBound: context.headerBound
            ),
            ThinkingPolicy(settings, context.principal)
        )
        var prompt = try encoded(request, shape, thinking: decision.forcedSwitch)
        var limits = try limits(request.options, promptCount: prompt.tokens.count, decision)
        var withheld: ThinkingEnd? = decision.isShortOfCredits && decision.budget == 0 ? .credits : nil
        if prompt.rendered.startsInsideThinking, !limits.leavesRoomToThink {
            withheld = .reserve
            decision.forcedSwitch = false
            prompt = try encoded(request, shape, thinking: false)
            limits = try self.limits(request.options, promptCount: prompt.tokens.count, decision)
        }
        let isThinking = prompt.rendered.startsInsideThinking
        return PreparedPrompt(
            rendered: prompt.rendered,
            tokens: prompt.tokens,
            messageEnds: messageEnds(prompt.tokens),
            bound: Usage.Bound(
                isEnabled: isThinking,
                tokens: isThinking || withheld != nil ? decision.budget : 0,
                source: decision.source
            ),
            limits: limits,
            withheld: withheld
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

    private func encoded(
        _ request: ChatCompletionRequest,
        _ shape: PromptShape,
        thinking: Bool?
    ) throws(APIError) -> (rendered: RenderedPrompt, tokens: [Int32]) {
        do {
            let rendered = try model.prompts.build(
                messages: request.messages,
                tools: shape.tools.isEmpty ? nil : shape.tools,
                addGenerationPrompt: shape.addsGenerationPrompt,
                continueFinalMessage: shape.continuesFinalMessage ? true : nil,
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
        _ decision: ThinkingDecision
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
        return ThinkingLimits(
            budget: decision.budget,
            budgetCeiling: decision.ceiling,
            budgetEnd: decision.isShortOfCredits ? .credits : .budget,
            graceTokens: options.thinking.graceTokens,
            completionLimit: min(wanted, room),
            minAnswerTokens: options.thinking.minAnswerTokens,
            closing: closingText(options.thinking.closingText)
        )
    }

    private func closingText(_ text: String?) -> ClosingText {
        ClosingText(text ?? ClosingText.standard) { model.tokenizer.encode($0, recognisesSpecialTokens: false) }
    }
}
