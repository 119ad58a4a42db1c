/// A tensor as it lies in a mapped file.
package struct StoredTensor: Sendable {
    package let name: String
    /// The type of its numbers, or for packed weights of those they were made from.
    package let type: TensorType
    package let shape: [Int]
    /// Where its bytes lie in `file`.
    package let byteRange: Range<Int>
    package let file: MappedFile
    /// Set where the bytes are laid out for the kernels.
    package let packedFormat: WeightFormat?

    package init(
        name: String,
        type: TensorType,
        shape: [Int],
        byteRange: Range<Int>,
        file: MappedFile,
        packedFormat: WeightFormat? = nil
    ) {
        self.name = name
        self.type = type
        self.shape = shape
        self.byteRange = byteRange
        self.file = file
        self.packedFormat = packedFormat
    }

    /// How a device would read its bytes; `nil` if none can.
    package var format: WeightFormat? { packedFormat ?? WeightFormat(type) }

    /// Calls `body` with its bytes, which are aligned to nothing and valid as long as `file` lives.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try file.withBytes { bytes throws(Failure) in try body(UnsafeRawBufferPointer(rebasing: bytes[byteRange])) }
    }
}
