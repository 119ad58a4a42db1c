extension Parser {
    /// Statements up to a tag whose first word is in `ends`, which stays the current token.
    ///
    /// With no `ends`, up to the end of the template.
    mutating func statements(until ends: [String]) throws(TemplateError) -> [Statement] {
        try nested { (parser) throws(TemplateError) in
            var body: [Statement] = []
            while true {
                let line = parser.current.line
                switch parser.current.kind {
                case .end:
                    if ends.isEmpty { return body }
                    throw parser.error("the template ends where '\(ends.joined(separator: "' or '"))' was expected")
                case .data(let bytes):
                    body.append(Statement(line: line, kind: .text(TemplateString(trusted: bytes))))
                    parser.advance()
                case .variableBegin:
                    parser.advance()
                    body.append(Statement(line: line, kind: .output(try parser.tupleOrExpression())))
                    guard parser.current.kind == .variableEnd else {
                        throw parser.unexpected("end of print statement")
                    }
                    parser.advance()
                case .blockBegin:
                    parser.advance()
                    guard case .name(let word) = parser.current.kind else { throw parser.unexpected("a tag name") }
                    if ends.contains(word) { return body }
                    body.append(contentsOf: try parser.statement(word))
                    try parser.expectBlockEnd()
                default: throw parser.unexpected("template text")
                }
            }
        }
    }

    /// The body of a tag: what follows its end, up to one of `ends`.
    private mutating func body(until ends: String...) throws(TemplateError) -> [Statement] {
        _ = skipSymbol(.colon)
        try expectBlockEnd()
        return try statements(until: ends)
    }

    private mutating func statement(_ word: String) throws(TemplateError) -> [Statement] {
        let line = current.line
        advance()
        let kind: Statement.Kind
        switch word {
        case "set": kind = try set()
        case "for": kind = try forLoop()
        case "if": kind = try branch()
        case "macro": kind = try macro()
        case "call": kind = try callBlock()
        case "filter": kind = try filterBlock()
        case "with": kind = try with()
        case "generation":
            let inner = try withoutLoops { (parser) throws(TemplateError) in
                try parser.block { (parser) throws(TemplateError) in try parser.body(until: "endgeneration") }
            }
            advance()
            kind = .generation(body: inner)
        case "print": return try printed(line: line)
        case "break", "continue":
            guard loopDepth > 0 else { throw error("'\(word)' outside of a loop", line: line) }
            kind = word == "break" ? .breakLoop : .continueLoop
        case "else", "elif", "endif", "endfor", "endset", "endmacro", "endcall", "endfilter", "endwith",
            "endgeneration":
            throw error("unexpected '\(word)'", line: line)
        default: throw unsupported("tag '\(word)'", line: line)
        }
        return [Statement(line: line, kind: kind)]
    }

    private mutating func set() throws(TemplateError) -> Statement.Kind {
        let target = try assignmentTarget(allowsNamespace: true)
        if skipSymbol(.assign) {
            let value = try tupleOrExpression()
            record(target)
            return .set(target, value)
        }
        record(target)
        var filter: Expression?
        let inner = try block { (parser) throws(TemplateError) in
            if parser.isSymbol(.pipe) { filter = try parser.filters(nil) }
            return try parser.body(until: "endset")
        }
        advance()
        return .setBlock(target, filter: filter, body: inner)
    }

    private mutating func forLoop() throws(TemplateError) -> Statement.Kind {
        let target = try assignmentTarget(allowsNamespace: false)
        try expectWord("in")
        let sequence = try tupleOrExpression(allowsConditional: false, end: "recursive")
        var test: Expression?
        if skipName("if") {
            _ = frames.enter()
            recordParameters(target)
            test = try expression()
            frames.leave()
        }
        if isName("recursive") { throw unsupported("a recursive loop", line: current.line) }
        loopDepth += 1
        let inner = try block { (parser) throws(TemplateError) in
            parser.recordParameters(target)
            return try parser.body(until: "endfor", "else")
        }
        loopDepth -= 1
        let hasElse = skipName("else")
        let otherwise = try block { (parser) throws(TemplateError) in
            hasElse ? try parser.body(until: "endfor") : []
        }
        advance()
        return .loop(ForLoop(target: target, sequence: sequence, test: test, body: inner, otherwise: otherwise))
    }

    private mutating func branch() throws(TemplateError) -> Statement.Kind {
        var branches: [(test: Expression, body: [Statement])] = []
        repeat {
            let test = try tupleOrExpression(allowsConditional: false)
            frames.enterBranch()
            branches.append((test, try body(until: "elif", "else", "endif")))
            frames.leaveBranch()
        } while skipName("elif")
        var otherwise: [Statement] = []
        if skipName("else") {
            frames.enterBranch()
            otherwise = try body(until: "endif")
            frames.leaveBranch()
        }
        advance()
        return .branch(branches, otherwise: otherwise)
    }

    private mutating func with() throws(TemplateError) -> Statement.Kind {
        var bindings: [(target: AssignmentTarget, value: Expression)] = []
        while current.kind != .blockEnd {
            if !bindings.isEmpty { try expectSymbol(.comma) }
            let target = try assignmentTarget(allowsNamespace: false)
            try expectSymbol(.assign)
            bindings.append((target, try expression()))
        }
        let inner = try block { (parser) throws(TemplateError) in
            for binding in bindings { parser.recordParameters(binding.target) }
            return try parser.body(until: "endwith")
        }
        advance()
        return .with(bindings, body: inner)
    }

    private mutating func filterBlock() throws(TemplateError) -> Statement.Kind {
        let filter = try filters(nil, startsInline: true)
        let inner = try block { (parser) throws(TemplateError) in try parser.body(until: "endfilter") }
        advance()
        return .filterBlock(filter, body: inner)
    }

    private mutating func printed(line: Int) throws(TemplateError) -> [Statement] {
        var result: [Statement] = []
        while current.kind != .blockEnd {
            if !result.isEmpty { try expectSymbol(.comma) }
            result.append(Statement(line: line, kind: .output(try expression())))
        }
        return result
    }

    // MARK: - Macros

    private mutating func macro() throws(TemplateError) -> Statement.Kind {
        let name = try expectName()
        let id = names.id(of: name)
        names.markAssigned(id)
        frames.assign(id)
        guard isSymbol(.leftParenthesis) else { throw unexpected("'('") }
        _ = frames.enter()
        defer { frames.leave() }
        let parameters = try signature()
        return .macro(id, try definition(name, parameters, until: "endmacro"))
    }

    private mutating func callBlock() throws(TemplateError) -> Statement.Kind {
        let line = current.line
        let parameters = isSymbol(.leftParenthesis) ? try signature() : []
        let call = try expression()
        guard case .call(let callee, let arguments) = call.kind else { throw error("expected a call", line: line) }
        return .callBlock(callee: callee, arguments, body: try definition(nil, parameters, until: "endcall"))
    }

    private mutating func definition(
        _ name: String?,
        _ parameters: [(name: String, id: NameID, standard: Expression?)],
        until end: String
    ) throws(TemplateError) -> MacroDefinition {
        let outer = usedSpecials
        usedSpecials = []
        let inner = try withoutLoops { (parser) throws(TemplateError) in
            try parser.block { (parser) throws(TemplateError) in
                for parameter in parameters { parser.frames.mention(parameter.id) }
                return try parser.body(until: end)
            }
        }
        advance()
        let used = usedSpecials.subtracting(parameters.map(\.name))
        usedSpecials = outer
        return MacroDefinition(
            name: name,
            parameters: parameters,
            body: inner,
            usesCaller: used.contains("caller"),
            usesKeywordArguments: used.contains("kwargs"),
            usesVariableArguments: used.contains("varargs")
        )
    }

    /// A body that is rendered apart: an outer loop cannot be left from it.
    private mutating func withoutLoops(
        _ read: (inout Parser) throws(TemplateError) -> Block
    ) throws(TemplateError) -> Block {
        let outer = loopDepth
        loopDepth = 0
        defer { loopDepth = outer }
        return try read(&self)
    }

    private mutating func signature() throws(TemplateError) -> [(name: String, id: NameID, standard: Expression?)] {
        var parameters: [(name: String, id: NameID, standard: Expression?)] = []
        try expectSymbol(.leftParenthesis)
        while !isSymbol(.rightParenthesis) {
            if !parameters.isEmpty { try expectSymbol(.comma) }
            let name = try expectName()
            let id = names.id(of: name)
            names.markAssigned(id)
            if skipSymbol(.assign) {
                parameters.append((name, id, try expression()))
            } else if parameters.last?.standard != nil {
                throw error("a parameter without default follows one with a default")
            } else {
                parameters.append((name, id, nil))
            }
        }
        try expectSymbol(.rightParenthesis)
        return parameters
    }

    // MARK: - Blocks

    /// Statements with variables of their own.
    private mutating func block(
        _ read: (inout Parser) throws(TemplateError) -> [Statement]
    ) throws(TemplateError) -> Block {
        let frame = frames.enter()
        defer { frames.leave() }
        return Block(statements: try read(&self), frame: frame)
    }

    /// Notes that the present block sets these names.
    private mutating func record(_ target: AssignmentTarget) {
        switch target {
        case .name(let id): frames.assign(id)
        case .namespaceAttribute(let id, _): frames.mention(id)
        case .tuple(let parts): for part in parts { record(part) }
        }
    }

    /// Notes that the present block begins with values for these names.
    private mutating func recordParameters(_ target: AssignmentTarget) {
        switch target {
        case .name(let id), .namespaceAttribute(let id, _): frames.mention(id)
        case .tuple(let parts): for part in parts { recordParameters(part) }
        }
    }

    // MARK: - Targets

    private mutating func assignmentTarget(allowsNamespace: Bool) throws(TemplateError) -> AssignmentTarget {
        var targets = [try singleTarget(allowsNamespace)]
        var isTuple = false
        while skipSymbol(.comma) {
            isTuple = true
            guard case .name(let word) = current.kind, word != "in" else {
                guard isSymbol(.leftParenthesis) else { break }
                targets.append(try singleTarget(allowsNamespace))
                continue
            }
            targets.append(try singleTarget(allowsNamespace))
        }
        return isTuple ? .tuple(targets) : targets[0]
    }

    private mutating func singleTarget(_ allowsNamespace: Bool) throws(TemplateError) -> AssignmentTarget {
        if skipSymbol(.leftParenthesis) {
            return try nested { (parser) throws(TemplateError) in
                let target = try parser.assignmentTarget(allowsNamespace: allowsNamespace)
                try parser.expectSymbol(.rightParenthesis)
                return target
            }
        }
        let line = current.line
        let name = try expectName()
        guard !["true", "false", "none", "True", "False", "None", "loop"].contains(name) else {
            throw error("cannot assign to '\(name)'", line: line)
        }
        let id = names.id(of: name)
        if allowsNamespace, skipSymbol(.dot) { return .namespaceAttribute(id, try expectName()) }
        names.markAssigned(id)
        return .name(id)
    }
}
