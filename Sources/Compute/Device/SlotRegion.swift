/// A part of every slot of recurrent state: one layer's share.
package struct SlotRegion: Sendable {
    package let buffer: DeviceBuffer
    /// Floats from one slot's start to the next one's.
    package let slotStride: Int
    /// Where the part starts in a slot.
    package let offset: Int

    package init(buffer: DeviceBuffer, slotStride: Int, offset: Int) {
        self.buffer = buffer
        self.slotStride = slotStride
        self.offset = offset
    }

    /// The part of that slot.
    func address(slot: Int) -> UnsafeMutablePointer<Float> { buffer.address + slot * slotStride + offset }
}
