/// Memory in which experts work on the rows that chose them.
package struct ExpertScratch: Sendable {
    /// Each for the most rows of a batch: the inputs, the hidden values, the results of one expert.
    package let inputs: DeviceBuffer
    package let hidden: DeviceBuffer
    package let outputs: DeviceBuffer

    package init(inputs: DeviceBuffer, hidden: DeviceBuffer, outputs: DeviceBuffer) {
        self.inputs = inputs
        self.hidden = hidden
        self.outputs = outputs
    }
}
