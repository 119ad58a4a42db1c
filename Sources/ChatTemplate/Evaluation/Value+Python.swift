extension Value {
    /// What Python calls the type.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .int, .bigInteger: "int"
        case .double: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dict"
        case .view(_, let view): view.rawValue
        case .range: "range"
        case .namespace: "Namespace"
        case .loop: "LoopContext"
        case .iterator(let iterator): iterator.name
        case .macro: "Macro"
        case .function: "function"
        case .method: "method"
        }
    }

    /// What Jinja's messages call the object.
    var ownerName: String {
        switch self {
        case .none: "None"
        default: typeName + " object"
        }
    }

    /// Python's `bool(x)`.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let flag): flag
        case .int(let number): number != 0
        case .bigInteger: true
        case .double(let number): number != 0
        case .string(let text): !text.isEmpty
        case .list(let list), .tuple(let list): !list.items.isEmpty
        case .dictionary(let map), .view(let map, _): map.count > 0
        case .range(let range): range.count > 0
        case .loop(let loop): !loop.items.isEmpty
        case .namespace, .iterator, .macro, .function, .method: true
        }
    }

    /// Python's `str(x)`, as `{{ x }}` prints it.
    func text() throws(TemplateError) -> TemplateString {
        switch self {
        case .string(let text): return text
        case .undefined: return TemplateString()
        default:
            var bytes: [UInt8] = []
            try represent(into: &bytes)
            return TemplateString(untrusted: bytes)
        }
    }

    /// Appends Python's `repr(x)`.
    func represent(into bytes: inout [UInt8]) throws(TemplateError) {
        guard bytes.count <= Limits.textBytes else { throw .exceeded("a printed value is too long") }
        switch self {
        case .undefined: bytes.append(contentsOf: "Undefined".utf8)
        case .none: bytes.append(contentsOf: "None".utf8)
        case .bool(let flag): bytes.append(contentsOf: (flag ? "True" : "False").utf8)
        case .int(let number): bytes.append(contentsOf: String(number).utf8)
        case .bigInteger(let digits): bytes.append(contentsOf: digits.utf8)
        case .double(let number): bytes.append(contentsOf: PythonText.text(of: number).utf8)
        case .string(let text): PythonText.quoted(text, into: &bytes)
        case .list(let list): try Value.represent(list.items, "[", "]", into: &bytes)
        case .tuple(let list): try Value.represent(list.items, "(", list.items.count == 1 ? ",)" : ")", into: &bytes)
        case .dictionary(let map): try Value.represent(map, into: &bytes)
        case .view(let map, let view):
            bytes.append(contentsOf: view.rawValue.utf8)
            try Value.represent(map.elements(view), "([", "])", into: &bytes)
        case .range(let range):
            let step = range.step == 1 ? "" : ", \(range.step)"
            bytes.append(contentsOf: "range(\(range.start), \(range.stop)\(step))".utf8)
        case .loop(let loop): bytes.append(contentsOf: "<LoopContext \(loop.index0 + 1)/\(loop.items.count)>".utf8)
        case .macro(let macro):
            bytes.append(contentsOf: "<Macro \(macro.definition.name.map { "'\($0)'" } ?? "anonymous")>".utf8)
        case .namespace, .iterator, .function, .method:
            throw .failed("a value of type '\(typeName)' cannot be printed")
        }
    }

    private static func represent(
        _ items: [Value],
        _ open: String,
        _ close: String,
        into bytes: inout [UInt8]
    ) throws(TemplateError) {
        bytes.append(contentsOf: open.utf8)
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(contentsOf: ", ".utf8) }
            try item.represent(into: &bytes)
        }
        bytes.append(contentsOf: close.utf8)
    }

    private static func represent(_ map: ValueMap, into bytes: inout [UInt8]) throws(TemplateError) {
        bytes.append(UInt8(ascii: "{"))
        for index in 0..<map.count {
            if index > 0 { bytes.append(contentsOf: ", ".utf8) }
            try map.keys[index].represent(into: &bytes)
            bytes.append(contentsOf: ": ".utf8)
            try map.values[index].represent(into: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// The number for arithmetic, `bool` counting as 0 and 1.
    var asInt: Int? {
        switch self {
        case .int(let number): number
        case .bool(let flag): flag ? 1 : 0
        default: nil
        }
    }

    /// The number as a float, if it is one or an integer.
    var asDouble: Double? {
        switch self {
        case .double(let number): number
        case .bigInteger(let digits): Double(digits)
        default: asInt.map(Double.init)
        }
    }
}
