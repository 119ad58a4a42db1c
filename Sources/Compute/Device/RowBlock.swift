/// A view of rows of floats in a device's memory; does not keep the memory alive.
package struct RowBlock {
    package let address: UnsafeMutablePointer<Float>
    package let rowCount: Int
    package let columnCount: Int
    /// Floats from one row's start to the next one's.
    package let stride: Int

    package init(address: UnsafeMutablePointer<Float>, rowCount: Int, columnCount: Int, stride: Int) {
        self.address = address
        self.rowCount = rowCount
        self.columnCount = columnCount
        self.stride = stride
    }

    /// The same rows, fewer columns.
    package func columns(_ range: Range<Int>) -> RowBlock {
        precondition(range.lowerBound >= 0 && range.upperBound <= columnCount)
        return RowBlock(
            address: address + range.lowerBound,
            rowCount: rowCount,
            columnCount: range.count,
            stride: stride
        )
    }

    /// The rows from `first` on.
    package func rows(from first: Int) -> RowBlock {
        precondition((0...rowCount).contains(first))
        return RowBlock(
            address: address + first * stride,
            rowCount: rowCount - first,
            columnCount: columnCount,
            stride: stride
        )
    }

    /// Row `index`.
    func row(_ index: Int) -> UnsafeMutablePointer<Float> { address + index * stride }
}
