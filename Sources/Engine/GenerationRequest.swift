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
    /// The bounds of the thought and of the whole completion.
    package var limits: ThinkingLimits
    package var sampling: SamplingParameters
    /// Strings that end the answer; not part of it.
    package var stops: [String]
    /// How many independent answers are wanted.
    package var choiceCount: Int

    package init(
        prompt: [Int32],
        startsThinking: Bool,
        limits: ThinkingLimits,
        sampling: SamplingParameters,
        stops: [String] = [],
        choiceCount: Int = 1
    ) {
        self.prompt = prompt
        self.startsThinking = startsThinking
        self.limits = limits
        self.sampling = sampling
        self.stops = stops
        self.choiceCount = choiceCount
    }
}
