/// Writes chunks (RFC 9112 §7.1).
enum ChunkedEncoder {
    /// The chunk that ends a body.
    static let lastChunk = Array("0\r\n\r\n".utf8)

    /// What precedes the data of a chunk.
    ///
    /// - Precondition: `count > 0`; an empty chunk would end the body.
    static func prefix(byteCount count: Int) -> [UInt8] {
        precondition(count > 0, "an empty chunk ends the body")
        return Array("\(String(count, radix: 16))\r\n".utf8)
    }

    /// What follows the data of a chunk.
    static let suffix = Array("\r\n".utf8)
}
