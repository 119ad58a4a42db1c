/// The methods of Python's types that a template can call.
enum MethodName: String, Sendable {
    case capitalize
    case casefold
    case changed
    case copy
    case count
    case cycle
    case endswith
    case find
    case format
    case get
    case index
    case isalnum
    case isalpha
    case isascii
    case isdecimal
    case isdigit
    case islower
    case isnumeric
    case isspace
    case istitle
    case isupper
    case items
    case join
    case keys
    case ljust
    case lower
    case lstrip
    case partition
    case removeprefix
    case removesuffix
    case replace
    case rfind
    case rindex
    case rjust
    case rpartition
    case rsplit
    case rstrip
    case split
    case splitlines
    case startswith
    case strip
    case swapcase
    case title
    case upper
    case values
    case zfill

    /// Methods that would change their object, with the types that have them; the sandbox hides them.
    static let mutating: [String: Set<String>] = [
        "append": ["list"], "extend": ["list"], "insert": ["list"], "remove": ["list"], "sort": ["list"],
        "reverse": ["list"], "clear": ["list", "dict"], "pop": ["list", "dict"], "popitem": ["dict"],
        "setdefault": ["dict"], "update": ["dict"],
    ]

    func belongs(to value: Value) -> Bool {
        switch value {
        case .string:
            switch self {
            case .changed, .copy, .cycle, .get, .items, .keys, .values: false
            default: true
            }
        case .list: [.copy, .count, .index].contains(self)
        case .tuple, .range: [.count, .index].contains(self)
        case .dictionary: [.copy, .get, .items, .keys, .values].contains(self)
        case .loop: [.cycle, .changed].contains(self)
        default: false
        }
    }
}

extension Renderer {
    /// Calls a method.
    ///
    /// - Throws: `TemplateError` where Python would raise.
    func call(_ method: MethodName, of receiver: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        switch receiver {
        case .string(let text):
            try charge(bytes: text.byteCount)
            return try callText(method, of: text, arguments)
        case .dictionary(let map): return try call(method, of: map, arguments)
        case .list(let list) where method == .copy:
            try arguments.requireNone(for: "copy")
            return .list(list)
        case .list, .tuple, .range: return try callSequence(method, try elements(of: receiver), arguments)
        case .loop(let loop): return try call(method, of: loop, arguments)
        default: throw .failed("'\(receiver.typeName)' object has no method '\(method.rawValue)'")
        }
    }

    private func call(_ method: MethodName, of map: ValueMap, _ arguments: CallArguments) throws(TemplateError) -> Value
    {
        if method == .get {
            let given = try arguments.bound(to: "get", ["key", "default"], required: 1, positionalOnly: 2)
            return try map.value(for: given[0] ?? .none) ?? given[1] ?? .none
        }
        try arguments.requireNone(for: method.rawValue)
        return switch method {
        case .items: .view(map, .items)
        case .keys: .view(map, .keys)
        case .values: .view(map, .values)
        default: .dictionary(map.copy())
        }
    }

    private func callSequence(
        _ method: MethodName,
        _ items: [Value],
        _ arguments: CallArguments
    ) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: method.rawValue, ["value"], required: 1, positionalOnly: 1)
        let wanted = given[0] ?? .none
        if method == .count { return .int(items.count { Comparison.areEqual($0, wanted) }) }
        guard let index = items.firstIndex(where: { Comparison.areEqual($0, wanted) }) else {
            throw .failed("the value is not in the sequence")
        }
        return .int(index)
    }

    private func call(
        _ method: MethodName,
        of loop: LoopState,
        _ arguments: CallArguments
    ) throws(TemplateError) -> Value {
        guard arguments.keyword.isEmpty else { throw .failed("loop.\(method.rawValue) takes no named arguments") }
        if method == .cycle {
            guard !arguments.positional.isEmpty else { throw .failed("loop.cycle needs something to cycle through") }
            return arguments.positional[loop.index0 % arguments.positional.count]
        }
        let isSame = loop.lastChanged.map { last in
            last.count == arguments.positional.count
                && zip(last, arguments.positional).allSatisfy { Comparison.areEqual($0, $1) }
        }
        loop.lastChanged = arguments.positional
        return .bool(isSame != true)
    }
}
