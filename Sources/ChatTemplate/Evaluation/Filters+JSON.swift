import OrderedJSON

/// The filter `tojson` as `transformers` defines it: Python's `json.dumps`, nothing escaped for HTML.
extension Renderer {
    func json(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: "tojson", ["ensure_ascii", "indent", "separators", "sort_keys"])
        var writer = JSONWriter()
        writer.escapesNonASCII = given[0]?.isTrue == true
        writer.sortsKeys = given[3]?.isTrue == true
        switch given[1] {
        case nil, .some(.none): break
        case .some(.string(let text)): writer.indent = text.utf8
        case let width?:
            guard let count = width.asInt, count <= 1000 else {
                throw .failed("indent must be a whole number or a text")
            }
            writer.indent = [UInt8](repeating: UInt8(ascii: " "), count: max(0, count))
        }
        if writer.indent != nil { writer.itemSeparator = Array(",".utf8) }
        switch given[2] {
        case nil, .some(.none): break
        case let pair?:
            let parts = try elements(of: pair)
            guard parts.count == 2, case .string(let item) = parts[0], case .string(let key) = parts[1] else {
                throw .failed("separators must be two texts")
            }
            writer.itemSeparator = item.utf8
            writer.keySeparator = key.utf8
        }
        try charge(bytes: value.extent.weight)
        try writer.write(value, level: 0)
        return try checked(TemplateString(untrusted: writer.bytes))
    }
}

/// Writes a value as Python's `json.dumps` does.
private struct JSONWriter {
    var bytes: [UInt8] = []
    var indent: [UInt8]?
    var itemSeparator = Array(", ".utf8)
    var keySeparator = Array(": ".utf8)
    var sortsKeys = false
    var escapesNonASCII = false

    mutating func write(_ value: Value, level: Int) throws(TemplateError) {
        guard bytes.count <= Limits.textBytes else { throw .exceeded("a text is longer than 256 MiB") }
        switch value {
        case .none: bytes.append(contentsOf: "null".utf8)
        case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .int(let number): bytes.append(contentsOf: String(number).utf8)
        case .bigInteger(let digits): bytes.append(contentsOf: digits.utf8)
        case .double(let number): bytes.append(contentsOf: PythonText.jsonText(of: number).utf8)
        case .string(let text): write(text)
        case .list(let list), .tuple(let list):
            try write(list.items.count, "[", "]", level) { (writer, index) throws(TemplateError) in
                try writer.write(list.items[index], level: level + 1)
            }
        case .dictionary(let map): try write(map, level: level)
        default: throw .failed("Object of type \(value.typeName) is not JSON serializable")
        }
    }

    private mutating func write(_ map: ValueMap, level: Int) throws(TemplateError) {
        var order = Array(0..<map.count)
        if sortsKeys {
            let keyed = order.map { (key: map.keys[$0], value: Value.int($0)) }
            order = try Comparison.sorted(keyed).compactMap(\.value.asInt)
        }
        try write(order.count, "{", "}", level) { (writer, index) throws(TemplateError) in
            writer.write(try JSONWriter.name(map.keys[order[index]]))
            writer.bytes += writer.keySeparator
            try writer.write(map.values[order[index]], level: level + 1)
        }
    }

    private mutating func write(
        _ count: Int,
        _ open: String,
        _ close: String,
        _ level: Int,
        _ element: (inout JSONWriter, Int) throws(TemplateError) -> Void
    ) throws(TemplateError) {
        bytes.append(contentsOf: open.utf8)
        for index in 0..<count {
            if index > 0 { bytes += itemSeparator }
            startLine(level + 1)
            try element(&self, index)
        }
        if count > 0 { startLine(level) }
        bytes.append(contentsOf: close.utf8)
    }

    private mutating func startLine(_ level: Int) {
        guard let indent else { return }
        bytes.append(0x0A)
        for _ in 0..<level { bytes += indent }
    }

    private mutating func write(_ text: TemplateString) {
        guard escapesNonASCII else { return JSONValue.append(text.string, to: &bytes) }
        var quoted: [UInt8] = []
        JSONValue.append(text.string, to: &quoted)
        for unit in String(decoding: quoted, as: UTF8.self).utf16 {
            if unit < 0x80 {
                bytes.append(UInt8(unit))
            } else {
                let digits = String(unit, radix: 16)
                bytes.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            }
        }
    }

    /// A key as text; Python turns numbers, truth values and `None` into JSON's words for them.
    private static func name(_ key: Value) throws(TemplateError) -> TemplateString {
        switch key {
        case .string(let text): return text
        case .none: return TemplateString(untrusted: "null")
        case .bool(let flag): return TemplateString(untrusted: flag ? "true" : "false")
        case .int(let number): return TemplateString(untrusted: String(number))
        case .bigInteger(let digits): return TemplateString(untrusted: digits)
        case .double(let number): return TemplateString(untrusted: PythonText.jsonText(of: number))
        default: throw .failed("keys must be str, int, float, bool or None, not \(key.typeName)")
        }
    }
}
