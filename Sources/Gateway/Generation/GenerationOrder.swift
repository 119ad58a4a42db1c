import Engine
import HTTPTypes
import OpenAIAPI

/// What an endpoint has made of its request: prompts to go on from, under one set of options.
struct GenerationOrder: Sendable {
    /// What the answer is called, by which its client can control it while it runs, and the request in the ledger.
    var id: String
    /// For whom.
    var principal: Principal
    /// The choices of the second prompt are numbered behind those of the first, and so on.
    ///
    /// At least one.
    var prompts: [PreparedPrompt]
    var options: GenerationOptions
    /// `nil` if no tools are offered: then an answer is text, whatever it looks like.
    var calls: CallReading?
    /// Fields of the response beside its type.
    var headers: HTTPFields
    /// What the answers must be: the form that was asked for, or calls; `nil` is anything.
    var constraint: TokenConstraint?

    /// How many answers there are in all.
    var choiceCount: Int { prompts.count * options.choiceCount }

    var promptTokens: Int { prompts.reduce(0) { $0 + $1.tokens.count } }

    /// What the usage report says of the thoughts' bound: the first prompt's that thinks at all.
    var bound: Usage.Bound { (prompts.first { $0.bound.isEnabled } ?? prompts[0]).bound }
}
