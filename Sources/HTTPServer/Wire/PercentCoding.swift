/// Percent-decoding of paths and queries (RFC 3986 §2.1).
enum PercentCoding {
    /// Decodes a path as far as that loses nothing.
    ///
    /// `%2F` and `%25` stay encoded, so that a slash inside a segment is told from a separator and the result can be
    /// decoded once more with `decode(_:)`. The result is the form in which paths are compared.
    ///
    /// - Returns: The path, or nil for a broken escape, an escaped control or bytes that are not UTF-8.
    static func normalizePath(_ raw: some Collection<UInt8>) -> String? {
        decode(raw, keeping: { $0 == ByteClass.slash || $0 == ByteClass.percent })
    }

    /// Decodes every escape of a normalized path or of one of its parts.
    static func decode(_ text: some StringProtocol) -> String? {
        decode(text.utf8, keeping: { _ in false })
    }

    /// Decodes a name or value of a query: '+' is a space and a broken escape stands for itself.
    static func decodeQueryComponent(_ raw: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        var index = raw.startIndex
        while index != raw.endIndex {
            if raw[index] == UInt8(ascii: "+") {
                bytes.append(ByteClass.space)
            } else if raw[index] == ByteClass.percent, let octet = escapedOctet(in: raw, at: index) {
                bytes.append(octet)
                index = raw.index(index, offsetBy: 2)
            } else {
                bytes.append(raw[index])
            }
            index = raw.index(after: index)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func decode(_ raw: some Collection<UInt8>, keeping isKept: (UInt8) -> Bool) -> String? {
        guard raw.contains(ByteClass.percent) else { return String(validating: raw, as: UTF8.self) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        var index = raw.startIndex
        while index != raw.endIndex {
            let byte = raw[index]
            guard byte == ByteClass.percent else {
                bytes.append(byte)
                index = raw.index(after: index)
                continue
            }
            guard let octet = escapedOctet(in: raw, at: index), octet >= 0x20, octet != 0x7F else { return nil }
            if isKept(octet) {
                bytes.append(contentsOf: octet == ByteClass.slash ? "%2F".utf8 : "%25".utf8)
            } else {
                bytes.append(octet)
            }
            index = raw.index(index, offsetBy: 3)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The octet of the escape whose percent sign is at `index`, or nil if two hexadecimal digits do not follow.
    private static func escapedOctet<Bytes: Collection<UInt8>>(in raw: Bytes, at index: Bytes.Index) -> UInt8? {
        guard let last = raw.index(index, offsetBy: 2, limitedBy: raw.endIndex), last != raw.endIndex,
            let high = ByteClass.hexadecimalValue(raw[raw.index(after: index)]),
            let low = ByteClass.hexadecimalValue(raw[last])
        else { return nil }
        return high << 4 | low
    }
}
