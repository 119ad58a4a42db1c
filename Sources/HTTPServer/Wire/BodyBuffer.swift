/// Holds the body of one request while it arrives, decoded, or only counts it.
struct BodyBuffer: Sendable {
    /// The bytes kept so far.
    private(set) var bytes: [UInt8] = []

    /// How many bytes have arrived, kept or not, before decoding.
    private(set) var receivedBytes = 0

    /// Whether bytes are counted and dropped, because the answer does not depend on them.
    var isDiscarding = false

    private let inflater: Inflater?
    private let bytesMax: Int

    /// Begins a body.
    ///
    /// - Parameters:
    ///   - coding: How it is compressed, if it is.
    ///   - bytesMax: How many bytes there may be after decoding.
    init(coding: ContentCoding? = nil, bytesMax: Int = 0) {
        inflater = coding.map(Inflater.init)
        self.bytesMax = bytesMax
    }

    /// Prepares for a body of known length without trusting the client with more than 64 KiB in advance.
    mutating func reserve(_ expectedBytes: Int) {
        if !isDiscarding { bytes.reserveCapacity(min(expectedBytes, 64 * 1024)) }
    }

    mutating func append(_ piece: Span<UInt8>) throws(HTTPParseError) {
        receivedBytes += piece.count
        guard !isDiscarding else { return }
        guard let inflater else { return piece.withUnsafeBufferPointer { bytes.append(contentsOf: $0) } }
        try inflater.decode(piece, into: &bytes, bytesMax: bytesMax)
    }

    /// Checks that a compressed body is whole.
    func finish() throws(HTTPParseError) {
        if !isDiscarding { try inflater?.finish() }
    }
}
