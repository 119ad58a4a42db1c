/// One token, as it is told to a client that asks for tokens.
package struct TokenReport: Sendable, Equatable {
    /// How a token came to be, and where it belongs.
    package enum Origin: Sendable, Equatable {
        /// Part of the prompt.
        case prompt
        /// Sampled in a thought.
        case thought
        /// Sampled in the answer.
        case answer
        /// Fed to end a thought.
        case forced
        /// Sampled, and the end of the turn.
        case stop
    }

    /// A token with the natural logarithm of its probability.
    package struct Candidate: Sendable, Equatable {
        package var token: Int32
        package var bytes: [UInt8]
        package var logProbability: Float

        package init(token: Int32, bytes: [UInt8], logProbability: Float) {
            self.token = token
            self.bytes = bytes
            self.logProbability = logProbability
        }
    }

    package var origin: Origin
    package var token: Int32
    /// What the token stands for, special ones in words.
    package var bytes: [UInt8]
    /// Under the model's own distribution; `nil` if it was not asked for, for a forced token and for the very first one.
    package var logProbability: Float?
    /// How many tokens were at least as likely, itself among them; known for tokens of the prompt.
    package var rank: Int?
    /// The likeliest tokens in its place, likeliest first.
    package var alternatives: [Candidate] = []

    package init(origin: Origin, token: Int32, bytes: [UInt8], logProbability: Float? = nil) {
        self.origin = origin
        self.token = token
        self.bytes = bytes
        self.logProbability = logProbability
    }
}
