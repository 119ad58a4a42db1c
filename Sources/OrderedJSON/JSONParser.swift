/// What a parser tolerates beyond RFC 8259.
package struct JSONParseOptions: Sendable {
    /// Accept bare `NaN`, `Infinity` and `-Infinity`, as Python writes them.
    package var allowsNonFinite = false
    /// Let the last of several equal keys win instead of refusing them (RFC 8259 §4 leaves it open).
    package var allowsDuplicateKeys = false
    /// How many arrays and objects may be open at once.
    package var maxDepth = 128

    package init() {}

    /// What files written by Python tools need.
    package static let python: JSONParseOptions = {
        var options = JSONParseOptions()
        options.allowsNonFinite = true
        options.allowsDuplicateKeys = true
        return options
    }()
}

extension JSONValue {
    /// Parses one JSON document.
    ///
    /// A `\u` escape of half a surrogate pair stands for no character; it becomes U+FFFD.
    ///
    /// - Throws: `JSONParseError` with the place of the first fault.
    package init(parsing bytes: [UInt8], options: JSONParseOptions = JSONParseOptions()) throws(JSONParseError) {
        let result: Result<JSONValue, JSONParseError> = bytes.withUnsafeBufferPointer { buffer in
            var parser = JSONParser(bytes: buffer, options: options)
            do throws(JSONParseError) { return .success(try parser.document()) } catch { return .failure(error) }
        }
        self = try result.get()
    }

    /// Parses one JSON document given as text.
    ///
    /// - Throws: `JSONParseError` with the place of the first fault.
    package init(parsing text: String, options: JSONParseOptions = JSONParseOptions()) throws(JSONParseError) {
        try self.init(parsing: Array(text.utf8), options: options)
    }
}

/// A recursive-descent parser over borrowed bytes; depth is bounded by the options.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let options: JSONParseOptions
    var position = 0
    var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>, options: JSONParseOptions) {
        self.bytes = bytes
        self.options = options
    }

    mutating func document() throws(JSONParseError) -> JSONValue {
        skipBlanks()
        let result = try value()
        skipBlanks()
        guard position == bytes.count else { throw error(.trailingContent) }
        return result
    }

    private mutating func value() throws(JSONParseError) -> JSONValue {
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "N") where options.allowsNonFinite: return try literal("NaN", .double(.nan))
        case UInt8(ascii: "I") where options.allowsNonFinite: return try literal("Infinity", .double(.infinity))
        case UInt8(ascii: "-")
        where options.allowsNonFinite && position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "I"):
            return try literal("-Infinity", .double(-.infinity))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case let other: throw error(.unexpectedByte(other))
        }
    }

    private mutating func object() throws(JSONParseError) -> JSONValue {
        try open()
        var members = JSONObject()
        if close(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipBlanks()
            guard position < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[position] == UInt8(ascii: "\"") else { throw error(.unexpectedByte(bytes[position])) }
            let keyOffset = position
            let key = try string()
            skipBlanks()
            try expect(UInt8(ascii: ":"))
            skipBlanks()
            let member = try value()
            if members.updateValue(member, forKey: key) != nil, !options.allowsDuplicateKeys {
                throw error(.duplicateKey(key), at: keyOffset)
            }
            if close(UInt8(ascii: "}")) { return .object(members) }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func array() throws(JSONParseError) -> JSONValue {
        try open()
        var elements: [JSONValue] = []
        if close(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            skipBlanks()
            elements.append(try value())
            if close(UInt8(ascii: "]")) { return .array(elements) }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func open() throws(JSONParseError) {
        guard depth < options.maxDepth else { throw error(.tooDeep(limit: options.maxDepth)) }
        depth += 1
        position += 1
    }

    /// Skips blanks and takes the closing bracket if it is next.
    private mutating func close(_ bracket: UInt8) -> Bool {
        skipBlanks()
        guard position < bytes.count, bytes[position] == bracket else { return false }
        position += 1
        depth -= 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONParseError) {
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        guard bytes[position] == byte else { throw error(.unexpectedByte(bytes[position])) }
        position += 1
    }

    private mutating func literal(_ word: StaticString, _ result: JSONValue) throws(JSONParseError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[position] == word.utf8Start[index] else { throw error(.unexpectedByte(bytes[position])) }
            position += 1
        }
        return result
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    func error(_ reason: JSONParseError.Reason, at place: Int? = nil) -> JSONParseError {
        let offset = place ?? position
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, bytes.count) where bytes[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        return JSONParseError(reason: reason, offset: offset, line: line, column: offset - lineStart + 1)
    }
}
