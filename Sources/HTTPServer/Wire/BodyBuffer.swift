/// Holds the body of one request while it arrives, or only counts it.
struct BodyBuffer: Sendable {
    /// The bytes kept so far.
    private(set) var bytes: [UInt8] = []

    /// How many bytes have arrived, kept or not.
    private(set) var receivedBytes = 0

    /// Whether bytes are counted and dropped, because the answer does not depend on them.
    var isDiscarding = false

    /// Prepares for a body of known length without trusting the client with more than 64 KiB in advance.
    mutating func reserve(_ expectedBytes: Int) {
        if !isDiscarding { bytes.reserveCapacity(min(expectedBytes, 64 * 1024)) }
    }

    mutating func append(_ piece: Span<UInt8>) {
        receivedBytes += piece.count
        if !isDiscarding { piece.withUnsafeBufferPointer { bytes.append(contentsOf: $0) } }
    }
}
