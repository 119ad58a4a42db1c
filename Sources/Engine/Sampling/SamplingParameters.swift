/// How the next token is drawn.
package struct SamplingParameters: Sendable, Equatable {
    /// 0 takes the likeliest token.
    package var temperature: Double
    /// The smallest set of likeliest tokens whose mass reaches this is kept; 1 keeps all.
    package var topP: Double
    /// This many likeliest tokens are kept; 0 keeps all.
    package var topK: Int
    /// Equal seeds, prompts and parameters give equal tokens.
    package var seed: UInt64

    package init(temperature: Double = 1, topP: Double = 1, topK: Int = 0, seed: UInt64 = 0) {
        self.temperature = temperature
        self.topP = topP
        self.topK = topK
        self.seed = seed
    }

    /// The parameters of one of n choices: the first has the request's own seed.
    package func forChoice(_ index: Int) -> SamplingParameters {
        var copy = self
        if index > 0 { copy.seed = CounterRandom.mix(seed ^ CounterRandom.mix(UInt64(index))) }
        return copy
    }
}
