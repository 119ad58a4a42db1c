/// Float32 memory of a device, freed with this object.
///
/// Its content belongs to whoever computes with it: one thread at a time, which the owner sees to.
package final class DeviceBuffer: @unchecked Sendable {
    /// The first number, in the device's memory; aligned to at least 64 bytes.
    package let address: UnsafeMutablePointer<Float>
    package let count: Int
    private let release: @Sendable (UnsafeMutablePointer<Float>) -> Void

    package init(
        address: UnsafeMutablePointer<Float>,
        count: Int,
        release: @escaping @Sendable (UnsafeMutablePointer<Float>) -> Void
    ) {
        self.address = address
        self.count = count
        self.release = release
    }

    deinit { release(address) }

    /// The memory's start as `rowCount` rows, one after another.
    package func rows(_ rowCount: Int, _ columnCount: Int) -> RowBlock {
        precondition(rowCount * columnCount <= count)
        return RowBlock(address: address, rowCount: rowCount, columnCount: columnCount, stride: columnCount)
    }
}
