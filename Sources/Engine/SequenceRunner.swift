package import NemotronH

/// Computes logits for chunks of sequences; owns their memory.
///
/// Used from the engine's thread only.
package protocol SequenceRunner: AnyObject {
    /// Columns of a row of logits.
    var vocabularySize: Int { get }

    /// Clears a slot's recurrent state.
    func resetSlot(_ slot: Int)

    /// Copies a recurrent state; slots of snapshots come after those of sequences.
    func copySlot(_ slot: Int, to target: Int)

    /// Advances a state over the first of its drafted tokens of the last pass.
    func accept(_ acceptances: [NemotronHRunner.Acceptance])

    /// Runs all chunks in one pass over the weights.
    ///
    /// - Returns: The rows that the chunks asked for, `[rows, vocabularySize]`, in the order of the chunks; valid until
    ///   the next call.
    func forward(_ chunks: [SequenceChunk]) throws -> UnsafeBufferPointer<Float>
}
