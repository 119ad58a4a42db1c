/// The selective state-space recurrence of one layer, and where its sequences keep their state.
package struct Recurrence: Sendable {
    package let headCount: Int
    package let headDim: Int
    package let groupCount: Int
    package let stateSize: Int
    /// Per head: the decay rates A (negative), the skips D, the biases of dt.
    package let decay: [Float]
    package let skip: [Float]
    package let stepBias: [Float]
    package let stepLimits: ClosedRange<Float>
    /// `[headCount, stateSize, headDim]` per slot.
    package let state: SlotRegion

    package init(
        headCount: Int,
        headDim: Int,
        groupCount: Int,
        stateSize: Int,
        decay: [Float],
        skip: [Float],
        stepBias: [Float],
        stepLimits: ClosedRange<Float>,
        state: SlotRegion
    ) {
        self.headCount = headCount
        self.headDim = headDim
        self.groupCount = groupCount
        self.stateSize = stateSize
        self.decay = decay
        self.skip = skip
        self.stepBias = stepBias
        self.stepLimits = stepLimits
        self.state = state
    }
}
