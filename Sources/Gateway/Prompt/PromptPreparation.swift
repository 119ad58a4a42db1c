import ChatTemplate
import Engine
import OpenAIAPI
import OrderedJSON
import Tokenization

/// A conversation turned into tokens, with every bound decided.
struct PreparedPrompt: Sendable {
    var rendered: RenderedPrompt
    /// The last bytes of the text that the model goes on with, in which a tag may have begun.
    var tail: [UInt8] = []
    var tokens: [Int32]
    /// Where the system prompt and the user's messages end, counted in tokens.
    var messageEnds: [Int]
    /// What the usage report says of the thought's bound.
    var bound: Usage.Bound
    var limits: ThinkingLimits
    /// Why thinking was switched off although it was asked for: the completion has no room for it, or no credits are left.
    var withheld: ThinkingEnd?
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
        var prompt = try encoded(request, thinking: decision.forcedSwitch)
        var limits = try limits(request.options, promptCount: prompt.tokens.count, decision)
        var withheld: ThinkingEnd? = decision.isShortOfCredits && decision.budget == 0 ? .credits : nil
        if prompt.rendered.startsInsideThinking, !limits.leavesRoomToThink {
            withheld = .reserve
            decision.forcedSwitch = false
            prompt = try encoded(request, thinking: false)
            limits = try self.limits(request.options, promptCount: prompt.tokens.count, decision)
        }
        let isThinking = prompt.rendered.startsInsideThinking
        return PreparedPrompt(
            rendered: prompt.rendered,
            tail: prompt.rendered.text.tagTail,
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

    /// Prepares a raw prompt: it thinks if it ends inside an open `<think>`.
    ///
    /// Its own text is not rendered anew: where thinking is switched off, or has no room, the thought is closed in the prompt.
    func prepare(
        _ prompt: CompletionRequest.Prompt,
        _ request: CompletionRequest,
        _ context: RequestContext
    ) throws(APIError) -> PreparedPrompt {
        let (text, promptTokens) = try read(prompt, request)
        var tokens = promptTokens
        let isOpen = RenderedPrompt.endsInsideThought(text)
        let decision = ThinkingDecision(
            ThinkingSources(
                options: request.options.thinking,
                modelSuffix: context.modelSuffix,
                headerBound: context.headerBound
            ),
            ThinkingPolicy(settings, context.principal)
        )
        var limits = try limits(request.options, promptCount: tokens.count, decision)
        var withheld: ThinkingEnd?
        if isOpen, decision.budget == 0 {
            withheld = decision.isShortOfCredits ? .credits : nil
        } else if isOpen, !limits.leavesRoomToThink {
            withheld = .reserve
        }
        let isThinking = isOpen && decision.budget != 0 && withheld == nil
        var tail = text.tagTail
        if isOpen, !isThinking {
            let begun = TagScanner(channel: .thought, behind: tail).closingTagPrefix
            tokens += limits.closing.variants[begun].tokens
            tail = limits.closing.variants[begun].answer
            limits = try self.limits(request.options, promptCount: tokens.count, decision)
        }
        return PreparedPrompt(
            rendered: RenderedPrompt(text: text, startsInsideThinking: isThinking),
            tail: tail,
            tokens: tokens,
            messageEnds: [],
            bound: Usage.Bound(
                isEnabled: isThinking,
                tokens: isThinking || withheld != nil ? decision.budget : 0,
                source: decision.source
            ),
            limits: limits,
            withheld: withheld
        )
    }

    private func read(
        _ prompt: CompletionRequest.Prompt,
        _ request: CompletionRequest
    ) throws(APIError) -> (text: String, tokens: [Int32]) {
        let text: String
        let tokens: [Int32]
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
        return (text, tokens)
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

extension String {
    /// As much of the end as can be the first part of a tag.
    fileprivate var tagTail: [UInt8] { Array(utf8.suffix(TagScanner.beginningMax)) }
}
