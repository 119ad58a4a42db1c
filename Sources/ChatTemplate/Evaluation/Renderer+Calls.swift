/// The arguments of a call, evaluated.
struct CallArguments {
    var positional: [Value] = []
    var keyword: [(name: String, value: Value)] = []

    /// Puts the arguments in the order of `parameters`.
    ///
    /// - Parameters:
    ///   - callee: What is called, for messages.
    ///   - parameters: The names a caller may use.
    ///   - required: How many of them must be given.
    ///   - positionalOnly: How many of them go by place only.
    /// - Returns: A value for each parameter, `nil` for those not given.
    /// - Throws: `TemplateError` for too many, unknown, doubled or missing ones.
    func bound(
        to callee: String,
        _ parameters: [String],
        required: Int = 0,
        positionalOnly: Int = 0
    ) throws(TemplateError) -> [Value?] {
        guard positional.count <= parameters.count else {
            throw .failed("\(callee) takes at most \(parameters.count) arguments, \(positional.count) were given")
        }
        var result: [Value?] = positional.map(Optional.some)
        result += [Value?](repeating: nil, count: parameters.count - positional.count)
        for argument in keyword {
            guard let place = parameters.firstIndex(of: argument.name), place >= positionalOnly else {
                throw .failed("\(callee) has no argument '\(argument.name)'")
            }
            guard result[place] == nil else { throw .failed("\(callee) got two values for '\(argument.name)'") }
            result[place] = argument.value
        }
        for place in 0..<required where result[place] == nil {
            throw .failed("\(callee) needs the argument '\(parameters[place])'")
        }
        return result
    }

    /// Refuses any argument.
    func requireNone(for callee: String) throws(TemplateError) { _ = try bound(to: callee, []) }
}

extension Renderer {
    /// Calls a macro, a built-in function or a method.
    func call(_ function: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        switch function {
        case .macro(let macro): return .string(try call(macro, arguments))
        case .function(let function): return try call(function, arguments)
        case .method(let method): return try call(method.name, of: method.receiver, arguments)
        case .undefined(let missing): throw .failed(missing.message)
        default: throw .failed("'\(function.typeName)' object is not callable")
        }
    }

    private func call(_ macro: Macro, _ arguments: CallArguments) throws(TemplateError) -> TemplateString {
        let definition = macro.definition
        let callLine = line
        let callScope = newScope(of: definition.body, inside: macro.scope)
        var keyword = arguments.keyword
        var given: [Value?] = []
        for (place, parameter) in definition.parameters.enumerated() {
            if place < arguments.positional.count {
                given.append(arguments.positional[place])
            } else if let index = keyword.firstIndex(where: { $0.name == parameter.name }) {
                given.append(keyword.remove(at: index).value)
            } else {
                given.append(nil)
            }
        }
        try bindSpecials(definition, &keyword, arguments.positional, in: callScope)
        return try captured { () throws(TemplateError) in
            let outer = scope
            scope = callScope
            defer { scope = outer }
            for (parameter, value) in zip(definition.parameters, given) {
                if let value {
                    callScope.set(parameter.id, value)
                } else if let standard = parameter.standard {
                    callScope.set(parameter.id, try evaluate(standard))
                } else {
                    callScope.set(parameter.id, .undefined(.parameter(parameter.name)))
                }
            }
            _ = try nested { () throws(TemplateError) in try run(definition.body.statements) }
            line = callLine
        }
    }

    /// Gives `caller`, `kwargs` and `varargs` to a macro that uses them and refuses surplus arguments otherwise.
    private func bindSpecials(
        _ definition: MacroDefinition,
        _ keyword: inout [(name: String, value: Value)],
        _ positional: [Value],
        in callScope: Scope
    ) throws(TemplateError) {
        let name = definition.name.map { "macro '\($0)'" } ?? "the call block"
        if definition.usesCaller, let id = names.existing("caller") {
            if let index = keyword.firstIndex(where: { $0.name == "caller" }) {
                callScope.set(id, keyword.remove(at: index).value)
            } else {
                callScope.set(id, .undefined(.hint("no caller defined")))
            }
        }
        if definition.usesKeywordArguments, let id = names.existing("kwargs") {
            let map = ValueMap()
            for argument in keyword { try map.set(.string(TemplateString(trusted: argument.name)), argument.value) }
            callScope.set(id, .dictionary(map))
        } else if let surplus = keyword.first {
            throw .failed("\(name) takes no keyword argument '\(surplus.name)'")
        }
        let rest = positional.dropFirst(definition.parameters.count)
        if definition.usesVariableArguments, let id = names.existing("varargs") {
            callScope.set(id, .tuple(try ValueList(Array(rest))))
        } else if !rest.isEmpty {
            throw .failed("\(name) takes not more than \(definition.parameters.count) argument(s)")
        }
    }
}
