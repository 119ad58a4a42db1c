import HTTPTypes

/// One line of a header or trailer section (RFC 9112 §5).
enum FieldLine {
    /// Reads `field-name ":" OWS field-value OWS`.
    ///
    /// Controls have been refused by the scanner; bytes above 0x7F are opaque data (RFC 9110 §5.5).
    static func parse(_ line: [UInt8]) throws(HTTPParseError) -> HTTPField {
        // RFC 9112 §5.2, §2.2: a line that begins with white space is folded or misplaced; both are refused.
        if let first = line.first, ByteClass.isBlank(first) { throw .obsoleteLineFolding }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .missingColon }
        // RFC 9112 §5.1: white space between name and colon must be answered with 400; it is no token character.
        guard colon > 0, line[..<colon].allSatisfy(ByteClass.isToken),
            let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
        else { throw .malformedFieldName }
        var value = line[(colon + 1)...]
        while let first = value.first, ByteClass.isBlank(first) { value.removeFirst() }
        while let last = value.last, ByteClass.isBlank(last) { value.removeLast() }
        return HTTPField(name: name, value: value)
    }
}
