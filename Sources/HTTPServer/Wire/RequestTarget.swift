package import HTTPTypes

/// The target of a request, taken apart (RFC 9112 §3.2).
package struct RequestTarget: Sendable, Equatable {
    /// The four ways to write a target.
    package enum Form: Sendable, Equatable {
        /// `/path?query`
        case origin
        /// `http://host/path?query`, as sent to proxies, which servers must accept too.
        case absolute
        /// `host:port`, with CONNECT only.
        case authority
        /// `*`, with OPTIONS only.
        case asterisk
    }

    /// The target as it was sent.
    package let raw: String

    /// How the target was written.
    package let form: Form

    /// The authority of an absolute or authority target; it overrides the Host field.
    package let authority: String?

    /// The path, percent-decoded except for `%2F` and `%25`; empty for `*` and authority targets.
    package let path: String

    /// The query as it was sent, without its question mark.
    package let query: String?

    /// Takes a target apart.
    ///
    /// - Throws: `.malformedTarget` for anything RFC 9112 §3.2 does not allow with this method.
    package init(_ bytes: ArraySlice<UInt8>, method: HTTPRequest.Method) throws(HTTPParseError) {
        raw = String(decoding: bytes, as: UTF8.self)
        if bytes.first == ByteClass.slash {
            form = .origin
            authority = nil
            (path, query) = try Self.splitPath(bytes)
        } else if bytes.elementsEqual("*".utf8) {
            // RFC 9112 §3.2.4: the asterisk form is for OPTIONS alone.
            guard method == .options else { throw .malformedTarget }
            (form, authority, path, query) = (.asterisk, nil, "", nil)
        } else if method == .connect {
            guard !bytes.isEmpty, Authority.isValid(bytes) else { throw .malformedTarget }
            (form, authority, path, query) = (.authority, raw, "", nil)
        } else {
            form = .absolute
            let rest = try Self.dropScheme(bytes)
            let end = rest.firstIndex { $0 == ByteClass.slash || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            // RFC 9110 §4.2.1, §4.2.4: an empty host and user information make the URL invalid.
            guard end > rest.startIndex, Authority.isValid(rest[..<end]) else { throw .malformedTarget }
            authority = String(decoding: rest[..<end], as: UTF8.self)
            let parts = try Self.splitPath(rest[end...])
            path = parts.path.isEmpty ? "/" : parts.path
            query = parts.query
        }
    }

    /// The rest of an absolute target behind `http://` or `https://`.
    private static func dropScheme(_ bytes: ArraySlice<UInt8>) throws(HTTPParseError) -> ArraySlice<UInt8> {
        for scheme in ["http://", "https://"] {
            let prefix = bytes.prefix(scheme.utf8.count)
            // "://" has no letters, so lowering bit 5 of every byte compares the scheme without case.
            if prefix.count == scheme.utf8.count, zip(prefix, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) {
                return bytes.dropFirst(scheme.utf8.count)
            }
        }
        throw .malformedTarget
    }

    private static func splitPath(_ bytes: ArraySlice<UInt8>) throws(HTTPParseError) -> (path: String, query: String?) {
        let mark = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        let rawPath = bytes[..<mark]
        guard rawPath.allSatisfy({ ByteClass.isPathCharacter($0) || $0 == ByteClass.percent }),
            let path = PercentCoding.normalizePath(rawPath)
        else { throw .malformedTarget }
        guard mark != bytes.endIndex else { return (path, nil) }
        let rawQuery = bytes[(mark + 1)...]
        guard rawQuery.allSatisfy(ByteClass.isQueryCharacter) else { throw .malformedTarget }
        return (path, String(decoding: rawQuery, as: UTF8.self))
    }
}
