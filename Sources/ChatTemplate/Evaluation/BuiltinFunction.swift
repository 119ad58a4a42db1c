/// The functions every template can call.
enum BuiltinFunction: String {
    case range
    case namespace
    case dict
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
}

extension Renderer {
    func call(_ function: BuiltinFunction, _ arguments: CallArguments) throws(TemplateError) -> Value {
        switch function {
        case .range: return try range(arguments)
        case .namespace:
            var attributes: [String: Value] = [:]
            for (key, value) in try entries("namespace", arguments) { attributes[try key.text().string] = value }
            return try makeNamespace(attributes)
        case .dict: return .dictionary(try ValueMap(try entries("dict", arguments)))
        case .raiseException:
            let message = try arguments.bound(to: "raise_exception", ["message"], required: 1)[0] ?? .none
            throw .raised(template: "", line: 0, message: try message.text().string)
        case .strftimeNow:
            let format = try arguments.bound(to: "strftime_now", ["format"], required: 1)[0] ?? .none
            guard case .string(let pattern) = format else { throw .failed("strftime_now needs a format text") }
            guard let now else { throw .failed("strftime_now: the time is not available here") }
            return .string(TemplateString(utf8: Array(try now.formatted(pattern.string).utf8), derivedFrom: pattern))
        }
    }

    private func range(_ arguments: CallArguments) throws(TemplateError) -> Value {
        let bounds = try arguments.bound(to: "range", ["start", "stop", "step"], required: 1, positionalOnly: 3)
        let numbers = try bounds.compactMap { $0 }.map { (bound) throws(TemplateError) -> Int in
            guard let number = bound.asInt else { throw .failed("'\(bound.typeName)' cannot be a bound of range()") }
            return number
        }
        guard numbers.allSatisfy({ $0.magnitude < 1 << 53 }) else { throw .failed("a bound of range() is too big") }
        let step = numbers.count > 2 ? numbers[2] : 1
        guard step != 0 else { throw .failed("the step of range() must not be zero") }
        let range = ValueRange(
            start: numbers.count > 1 ? numbers[0] : 0,
            stop: numbers.count > 1 ? numbers[1] : numbers[0],
            step: step
        )
        guard range.count <= Limits.rangeCount else {
            throw .failed("a range of more than \(Limits.rangeCount) numbers")
        }
        return .range(range)
    }

    /// The entries of `dict(…)`: those of a mapping or of pairs, then the keyword arguments.
    private func entries(
        _ callee: String,
        _ arguments: CallArguments
    ) throws(TemplateError) -> [(key: Value, value: Value)] {
        guard arguments.positional.count <= 1 else { throw .failed("\(callee) takes at most one positional argument") }
        var result: [(key: Value, value: Value)] = []
        if let base = arguments.positional.first {
            if case .undefined(let missing) = base { throw .failed(missing.message) }
            if case .dictionary(let map) = base {
                result = zip(map.keys, map.values).map { ($0, $1) }
            } else {
                for pair in try elements(of: base) {
                    let parts = try elements(of: pair)
                    guard parts.count == 2 else { throw .failed("\(callee) needs pairs of key and value") }
                    result.append((parts[0], parts[1]))
                }
            }
        }
        return result
            + arguments.keyword.map { (.string(TemplateString(trusted: $0.name)), $0.value) }
    }
}
