/// The completion tokens of one choice by phase.
package struct ChoiceTokens: Sendable, Equatable {
    /// Sampled while thinking.
    package let reasoning: Int
    /// Fed to end the thought; not billed.
    package let forced: Int
    /// Sampled while answering.
    package let answer: Int
    /// Why the thought ended.
    package let endedBy: ThinkingEnding

    /// All of them.
    package var completion: Int { reasoning + forced + answer }

    /// - Precondition: `reasoning + forced + answer = completion`, and none is negative: every token belongs to one phase.
    package init(reasoning: Int, forced: Int, answer: Int, completion: Int, endedBy: ThinkingEnding) {
        precondition(min(reasoning, forced, answer) >= 0, "a count of tokens is negative")
        precondition(reasoning + forced + answer == completion, "a completion token belongs to no phase, or to two")
        self.reasoning = reasoning
        self.forced = forced
        self.answer = answer
        self.endedBy = endedBy
    }

    /// Appends `"used":…,"forced_tokens":…,"answer_tokens":…,"ended_by":…`, without braces.
    func append(to bytes: inout [UInt8]) {
        bytes.json(#""used":"#)
        bytes.json(reasoning)
        bytes.json(#","forced_tokens":"#)
        bytes.json(forced)
        bytes.json(#","answer_tokens":"#)
        bytes.json(answer)
        bytes.json(#","ended_by":"#)
        bytes.json(string: endedBy.rawValue)
    }
}
