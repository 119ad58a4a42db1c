import CKernels

/// Memory for the quantized activations of one product.
///
/// Used by one product at a time: whoever borrowed it.
final class ActivationMemory: @unchecked Sendable {
    let byteCount: Int
    private let address: UnsafeMutableRawPointer

    init(byteCount: Int) {
        self.byteCount = byteCount
        address = .allocate(byteCount: byteCount, alignment: 64)
    }

    deinit { address.deallocate() }

    /// Bytes for that many rows in any format: two a number, and a scale and an offset for 32.
    static func byteCount(rowCount: Int, columnCount: Int) -> Int {
        let padded = ck_padded_columns(columnCount)
        return rowCount * (2 * padded + padded / Int(CK_BLOCK_COLUMNS) * 8)
    }

    /// Where the parts lie for that many rows.
    func layout(rowCount: Int, columnCount: Int) -> ck_activations {
        precondition(ActivationMemory.byteCount(rowCount: rowCount, columnCount: columnCount) <= byteCount)
        let padded = ck_padded_columns(columnCount)
        let blockCount = rowCount * (padded / Int(CK_BLOCK_COLUMNS))
        let scales = (address + 2 * rowCount * padded).bindMemory(to: Float.self, capacity: blockCount)
        let offsets = UnsafeMutableRawPointer(scales + blockCount).bindMemory(to: Int32.self, capacity: blockCount)
        return ck_activations(values: address, scales: scales, offsets: offsets)
    }
}
