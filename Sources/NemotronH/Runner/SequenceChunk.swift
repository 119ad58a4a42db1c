/// The next tokens of one sequence: one when it decodes, more when its prompt is read.
package struct SequenceChunk: Sendable, Equatable {
    /// Where its recurrent state lies; no two chunks of a pass may share a slot.
    package var slot: Int
    /// How many of its tokens have been computed already.
    package var position: Int
    package var tokens: [Int32]
    /// How many of the tokens, the last ones, are guesses: the state stays behind the tokens before them until some of
    /// them are accepted.
    package var draftCount: Int
    /// Its blocks of the key and value cache, in order, enough for `position + tokens.count` tokens.
    package var blockTable: [Int32]
    /// Of how many of the last tokens the logits are wanted; 0 in the middle of a prompt.
    package var logitRows: Int

    package init(
        slot: Int,
        position: Int,
        tokens: [Int32],
        draftCount: Int = 0,
        blockTable: [Int32],
        logitRows: Int
    ) {
        self.draftCount = draftCount
        self.slot = slot
        self.position = position
        self.tokens = tokens
        self.blockTable = blockTable
        self.logitRows = logitRows
    }
}
