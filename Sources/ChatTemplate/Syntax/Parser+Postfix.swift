/// What follows a value: attributes, subscripts, calls, filters, tests.
extension Parser {
    mutating func postfix(_ base: Expression) throws(TemplateError) -> Expression {
        var result = base
        var length = 0
        while true {
            switch current.kind {
            case .symbol(.dot): result = try attribute(of: result)
            case .symbol(.leftBracket): result = try subscripted(result)
            case .symbol(.leftParenthesis): result = try call(result)
            default: return result
            }
            try checkChain(&length)
        }
    }

    mutating func filtersAndTests(_ base: Expression) throws(TemplateError) -> Expression {
        var result = base
        var length = 0
        while true {
            switch current.kind {
            case .symbol(.pipe): result = try filters(result)
            case .name("is"): result = try test(result)
            case .symbol(.leftParenthesis): result = try call(result)
            default: return result
            }
            try checkChain(&length)
        }
    }

    /// A chain makes a tree as deep as it is long.
    private func checkChain(_ length: inout Int) throws(TemplateError) {
        length += 1
        guard length <= Limits.chainLength else { throw error("a chain of more than \(length) subscripts or filters") }
    }

    private mutating func attribute(of base: Expression) throws(TemplateError) -> Expression {
        let line = current.line
        advance()
        let token = current
        advance()
        switch token.kind {
        case .name(let name): return Expression(line: line, kind: .attribute(base, name))
        case .integer(let number):
            return Expression(line: line, kind: .item(base, Expression(line: line, kind: .integer(number))))
        default: throw error("expected a name or number, got \(token.description)", line: token.line)
        }
    }

    private mutating func subscripted(_ base: Expression) throws(TemplateError) -> Expression {
        let line = current.line
        advance()
        let start = isSymbol(.colon) ? nil : try expression()
        if let start, !isSymbol(.colon) {
            guard isSymbol(.comma) else {
                try expectSymbol(.rightBracket)
                return Expression(line: line, kind: .item(base, start))
            }
            var keys = [start]
            while skipSymbol(.comma) { keys.append(try expression()) }
            try expectSymbol(.rightBracket)
            return Expression(line: line, kind: .item(base, Expression(line: line, kind: .tuple(keys))))
        }
        advance()
        let stop = isSymbol(.colon) || isSymbol(.rightBracket) ? nil : try expression()
        let step = skipSymbol(.colon) && !isSymbol(.rightBracket) ? try expression() : nil
        try expectSymbol(.rightBracket)
        return Expression(line: line, kind: .slice(base, from: start, to: stop, step: step))
    }

    private mutating func call(_ callee: Expression) throws(TemplateError) -> Expression {
        let line = current.line
        switch callee.kind {
        // `caller` is given by call blocks.
        case .name(let id) where names[id] != "caller": calledNames.append((id, line))
        case .attribute(_, let name) where MethodName(rawValue: name) == nil && MethodName.mutating[name] == nil:
            throw unsupported("method '\(name)'", line: line)
        default: break
        }
        return Expression(line: line, kind: .call(callee, try callArguments()))
    }

    private mutating func callArguments() throws(TemplateError) -> Arguments {
        let line = current.line
        var arguments = Arguments()
        try expectSymbol(.leftParenthesis)
        var isFirst = true
        while !isSymbol(.rightParenthesis) {
            if !isFirst {
                try expectSymbol(.comma)
                if isSymbol(.rightParenthesis) { break }
            }
            isFirst = false
            let isOrdered: Bool
            if skipSymbol(.star) {
                isOrdered = arguments.spread == nil && arguments.keywordSpread == nil
                arguments.spread = try expression()
            } else if skipSymbol(.power) {
                isOrdered = arguments.keywordSpread == nil
                arguments.keywordSpread = try expression()
            } else if case .name(let name) = current.kind, lookAhead.kind == .symbol(.assign) {
                isOrdered = arguments.keywordSpread == nil
                position += 2
                guard !arguments.keyword.contains(where: { $0.name == name }) else {
                    throw error("the argument '\(name)' is given twice", line: line)
                }
                arguments.keyword.append((name, try expression()))
            } else {
                isOrdered = arguments.spread == nil && arguments.keywordSpread == nil && arguments.keyword.isEmpty
                arguments.positional.append(try expression())
            }
            guard isOrdered else { throw error("the arguments of the call are in the wrong order", line: line) }
        }
        advance()
        return arguments
    }

    // MARK: - Filters and tests

    /// A chain of filters; without `base` they apply to the text of a block.
    mutating func filters(_ base: Expression?, startsInline: Bool = false) throws(TemplateError) -> Expression {
        var result = base
        var isFirst = startsInline
        var length = 0
        while isFirst || isSymbol(.pipe) {
            if !isFirst { advance() }
            isFirst = false
            let line = current.line
            let name = try dottedName()
            guard let filter = FilterName(rawValue: name) else { throw unsupported("filter '\(name)'", line: line) }
            let arguments = isSymbol(.leftParenthesis) ? try callArguments() : Arguments()
            try checkNamesInside(filter, arguments, line: line)
            result = Expression(line: line, kind: .filter(result, filter, arguments))
            try checkChain(&length)
        }
        guard let result else { throw unexpected("a filter") }
        return result
    }

    /// `map('name')`, `select('name')` and their kin name a filter or test in a text.
    private func checkNamesInside(_ filter: FilterName, _ arguments: Arguments, line: Int) throws(TemplateError) {
        guard let place = filter.positionOfInnerName, arguments.spread == nil, place < arguments.positional.count,
            case .string(let text) = arguments.positional[place].kind
        else { return }
        if filter == .map {
            guard FilterName(rawValue: text.string) != nil else {
                throw unsupported("filter '\(text.string)'", line: line)
            }
        } else if TestName(rawValue: text.string) == nil {
            throw unsupported("test '\(text.string)'", line: line)
        }
    }

    private mutating func dottedName() throws(TemplateError) -> String {
        var name = try expectName()
        while skipSymbol(.dot) { name += "." + (try expectName()) }
        return name
    }

    private mutating func test(_ base: Expression) throws(TemplateError) -> Expression {
        let line = current.line
        advance()
        let isNegated = skipName("not")
        let name = try dottedName()
        guard let test = TestName(rawValue: name) else { throw unsupported("test '\(name)'", line: line) }
        var arguments = Arguments()
        if isSymbol(.leftParenthesis) {
            arguments = try callArguments()
        } else if startsBareArgument {
            if isName("is") { throw error("tests with 'is' cannot be chained") }
            arguments.positional = [
                try nested { (parser) throws(TemplateError) in
                    try parser.postfix(try parser.primary())
                }
            ]
        }
        let result = Expression(line: line, kind: .test(base, test, arguments))
        return isNegated ? Expression(line: line, kind: .not(result)) : result
    }

    /// Whether an argument without parentheses follows a test, as in `x is divisibleby 3`.
    private var startsBareArgument: Bool {
        switch current.kind {
        case .name(let word): !["else", "or", "and"].contains(word)
        case .string, .integer, .float, .symbol(.leftBracket), .symbol(.leftBrace): true
        default: false
        }
    }
}
