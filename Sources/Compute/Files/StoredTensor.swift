/// A tensor as it lies in a mapped file.
package struct StoredTensor: Sendable {
    package let name: String
    package let type: TensorType
    package let shape: [Int]
    /// Where its bytes lie in `file`.
    package let byteRange: Range<Int>
    package let file: MappedFile

    /// Calls `body` with its bytes, which are aligned to nothing and valid as long as `file` lives.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try file.withBytes { bytes throws(Failure) in try body(UnsafeRawBufferPointer(rebasing: bytes[byteRange])) }
    }
}
