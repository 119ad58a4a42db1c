/// The guesses of all sequences of a step.
struct Speculation: Sendable {
    /// Up to how many tokens a step of answers is filled: beyond a tile of the kernels each costs as much as any other.
    private let rowCount: Int
    private var lookups: [SequenceID: PromptLookup] = [:]
    private var guesses: [SequenceID: ArraySlice<Int32>] = [:]

    init(rowCount: Int) { self.rowCount = rowCount }

    /// Guesses for sequences that decode, as far as the step has rows for them.
    ///
    /// - Returns: How many tokens of each.
    mutating func guess(for ids: [SequenceID], tokens: (SequenceID) -> [Int32]) -> [SequenceID: Int] {
        guesses = [:]
        guard !ids.isEmpty, rowCount > ids.count else { return [:] }
        var room = rowCount - ids.count
        for (index, id) in ids.enumerated() where room > 0 {
            let part = (room + ids.count - index - 1) / (ids.count - index)
            let guess = lookups[id, default: PromptLookup()].draft(tokens(id), limit: part)
            guard !guess.isEmpty else { continue }
            guesses[id] = guess
            room -= guess.count
        }
        return guesses.mapValues(\.count)
    }

    /// What of the guess was planned.
    func guess(_ chunk: StepPlan.Chunk) -> ArraySlice<Int32> {
        guesses[chunk.sequence]?.prefix(chunk.draftCount) ?? []
    }

    mutating func record(_ chunk: StepPlan.Chunk, accepted: Int) {
        lookups[chunk.sequence]?.record(drafted: chunk.draftCount, accepted: accepted)
    }

    mutating func forget(_ id: SequenceID) { lookups[id] = nil }
}
