/// A copy of everything a sequence carries from token to token; restoring it continues with the same bits.
package struct SequenceSnapshot: Sendable, Equatable {
    /// How many tokens had been computed.
    package let tokenCount: Int
    /// The slot's content.
    let recurrent: [Float]
    /// The content of the blocks that hold its keys and values, one after another.
    let blocks: [Float]

    /// Bytes of host memory.
    package var byteCount: Int { (recurrent.count + blocks.count) * MemoryLayout<Float>.stride }
}
