/// A matrix of weights that a device can read, `[rowCount, columnCount]`, one row for each output.
///
/// On the CPU its memory is the mapped file itself.
package struct WeightMatrix: @unchecked Sendable {
    // Sendable because the memory is never written.
    package let format: WeightFormat
    package let rowCount: Int
    package let columnCount: Int
    /// The first number, in the device's memory; aligned to nothing, packed formats to 64 bytes.
    package let address: UnsafeRawPointer
    /// What keeps the memory alive.
    private let owner: any AnyObject & Sendable

    package init(
        format: WeightFormat,
        rowCount: Int,
        columnCount: Int,
        address: UnsafeRawPointer,
        owner: any AnyObject & Sendable
    ) {
        self.format = format
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.address = address
        self.owner = owner
    }

    package var byteCount: Int {
        guard let bytes = format.byteCount(rowCount: rowCount, columnCount: columnCount) else {
            preconditionFailure("a matrix larger than memory")
        }
        return bytes
    }
}
