/// The grammar of `host [":" port]` (RFC 3986 §3.2), without user information.
enum Authority {
    /// Whether the bytes are a host with an optional port; nothing at all is valid.
    ///
    /// RFC 9112 §3.2 allows an empty Host field for targets that have no authority.
    static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        let afterHost: ArraySlice<UInt8>
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), close > bytes.startIndex + 1 else {
                return false
            }
            let literal = bytes[(bytes.startIndex + 1)..<close]
            guard literal.allSatisfy({ ByteClass.isNameCharacter($0) || $0 == UInt8(ascii: ":") }) else { return false }
            afterHost = bytes[(close + 1)...]
        } else {
            let end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            let host = bytes[..<end]
            guard host.allSatisfy({ ByteClass.isNameCharacter($0) || $0 == ByteClass.percent }),
                !host.contains(ByteClass.percent) || PercentCoding.normalizePath(host) != nil
            else { return false }
            guard !host.isEmpty || end == bytes.endIndex else { return false }
            afterHost = bytes[end...]
        }
        guard let colon = afterHost.first else { return true }
        let port = afterHost.dropFirst()
        return colon == UInt8(ascii: ":") && port.count <= 5 && port.allSatisfy(ByteClass.isDigit)
    }
}
