/// Names one request for as long as the engine knows it.
package struct RequestID: Hashable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
}

/// Everything the engine needs to know to answer one request.
package struct GenerationRequest: Sendable {
    /// The rendered prompt.
    package var prompt: [Int32]
    /// Whether the prompt ends inside an open `<think>`.
    package var startsThinking: Bool
    /// The last bytes of the prompt's text, in which a tag may have begun.
    package var promptTail: [UInt8] = []
    /// The bounds of the thought and of the whole completion.
    package var limits: ThinkingLimits
    package var sampling: SamplingParameters
    /// What ends the answer.
    package var ending: EndingRules
    /// What the answer must be; `nil` is anything.
    package var constraint: TokenConstraint?
    /// What is told beside the text.
    package var reports = ReportOptions()
    /// How many independent answers are wanted.
    package var choiceCount: Int
    /// Whose request it is.
    package var share: ShareKey
    /// Which part of its account's prefix cache it uses: it hits nothing that another part has.
    package var cachePartition = ""
    /// Positions in the prompt behind which later prompts may go on differently: ends of messages.
    package var snapshotPoints: [Int]
    /// Whether it counts as a request of its own in the engine's tally: the second prompt of a request does not.
    package var isCounted: Bool
    /// How long the client waits for the whole answer; `nil` is for ever.
    package var patience: Duration?

    package init(
        prompt: [Int32],
        startsThinking: Bool,
        limits: ThinkingLimits,
        sampling: SamplingParameters,
        stops: [String] = [],
        choiceCount: Int = 1,
        share: ShareKey = ShareKey(account: "local"),
        snapshotPoints: [Int] = [],
        isCounted: Bool = true,
        patience: Duration? = nil
    ) {
        self.prompt = prompt
        self.startsThinking = startsThinking
        self.limits = limits
        self.sampling = sampling
        ending = EndingRules(strings: stops)
        self.choiceCount = choiceCount
        self.share = share
        self.snapshotPoints = snapshotPoints
        self.isCounted = isCounted
        self.patience = patience
    }

    /// What the scheduler has to know of each of its choices.
    var demand: SequenceDemand {
        // The choices begin with the same prompt: those after the first go on behind as much of it as can be kept.
        let points = choiceCount > 1 ? snapshotPoints + [prompt.count - 1] : snapshotPoints
        var demand = SequenceDemand(
            prompt: prompt,
            share: share,
            snapshotPoints: points,
            cachePartition: cachePartition
        )
        demand.needsPromptLogits = reports.promptAlternatives != nil
        return demand
    }
}
