/// A compression of a message's content (RFC 9110 §8.4.1) that is understood here.
package enum ContentCoding: String, Sendable, Equatable {
    case gzip
    /// The zlib format, whatever the name says.
    case deflate

    /// What a request with a body that is not understood is told to use.
    static let accepted = "gzip, deflate"

    /// Reads the `Content-Encoding` of a request.
    ///
    /// - Returns: The coding; nil if there is none.
    /// - Throws: `.unknownContentCoding` for another one, and for several, which nobody needs but those who send bombs.
    static func ofRequest(_ values: [String]) throws(HTTPParseError) -> ContentCoding? {
        let names = values.flatMap { FieldList.elements($0) }.map { $0.lowercased() }.filter { $0 != "identity" }
        guard let name = names.first else { return nil }
        // RFC 9110 §8.4.1.3: x-gzip is gzip.
        guard names.count == 1, let coding = ContentCoding(rawValue: name == "x-gzip" ? "gzip" : name) else {
            throw .unknownContentCoding
        }
        return coding
    }

    /// Whether a response may be sent with gzip, by the `Accept-Encoding` of its request (RFC 9110 §12.5.3).
    ///
    /// Only if the client names it or `*`, and prefers no coding not more.
    static func acceptsGzip(_ values: [String]) -> Bool {
        var gzip: Double?
        var identity: Double?
        var others: Double?
        for element in values.flatMap({ FieldList.elements($0) }) {
            let parts = element.split(separator: ";", omittingEmptySubsequences: false)
            guard let quality = quality(of: parts.dropFirst()) else { continue }
            switch parts[0].lowercased().filter({ $0 != " " && $0 != "\t" }) {
            case "gzip", "x-gzip": gzip = max(gzip ?? 0, quality)
            case "identity": identity = quality
            case "*": others = quality
            default: break
            }
        }
        let wanted = gzip ?? others ?? 0
        return wanted > 0 && wanted >= identity ?? 0
    }

    /// The weight of a list element; 1 without one, nil for one that is not from 0 to 1.
    private static func quality(of parameters: ArraySlice<Substring>) -> Double? {
        for parameter in parameters {
            let text = parameter.lowercased().filter { $0 != " " && $0 != "\t" }
            guard text.hasPrefix("q=") else { continue }
            let digits = text.dropFirst(2)
            // RFC 9110 §12.4.2: at most three decimals; `Double` would read more than that.
            guard digits.utf8.count <= 5, digits.utf8.allSatisfy({ ByteClass.isDigit($0) || $0 == UInt8(ascii: ".") }),
                let value = Double(digits), value <= 1
            else { return nil }
            return value
        }
        return 1
    }
}
