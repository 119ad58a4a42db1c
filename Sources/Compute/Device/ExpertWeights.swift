/// The two matrices of an MLP: `down · relu(up · u)²`.
package struct ExpertWeights: Sendable {
    package let up: WeightMatrix
    package let upBias: DeviceBuffer?
    package let down: WeightMatrix
    package let downBias: DeviceBuffer?

    package init(up: WeightMatrix, upBias: DeviceBuffer?, down: WeightMatrix, downBias: DeviceBuffer?) {
        self.up = up
        self.upBias = upBias
        self.down = down
        self.downBias = downBias
    }
}
