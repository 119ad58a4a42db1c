/// A causal depthwise convolution with SiLU, and where its sequences keep their past.
package struct Convolution: Sendable {
    /// `[tapCount, channels]`; the last tap belongs to the newest row.
    package let taps: DeviceBuffer
    package let tapCount: Int
    /// `[channels]`.
    package let bias: DeviceBuffer?
    package let state: SlotRegion

    package init(taps: DeviceBuffer, tapCount: Int, bias: DeviceBuffer?, state: SlotRegion) {
        self.taps = taps
        self.tapCount = tapCount
        self.bias = bias
        self.state = state
    }
}
