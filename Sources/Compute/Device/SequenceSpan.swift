/// The rows of a batch that are consecutive tokens of one sequence.
package struct SequenceSpan: Sendable {
    /// The first of its rows in the batch.
    package let firstRow: Int
    package let rowCount: Int
    /// How many of the rows, the last ones, are guesses: they see the state of the rows before them and leave none.
    package let draftCount: Int
    /// Where its recurrent state lies.
    package let slot: Int
    /// How many tokens of the sequence came before these.
    package let position: Int
    /// Its blocks of the key and value cache, in the order of positions.
    package let blocks: [Int32]

    package init(firstRow: Int, rowCount: Int, draftCount: Int = 0, slot: Int, position: Int, blocks: [Int32]) {
        precondition((0...rowCount).contains(draftCount))
        self.draftCount = draftCount
        self.firstRow = firstRow
        self.rowCount = rowCount
        self.slot = slot
        self.position = position
        self.blocks = blocks
    }
}
