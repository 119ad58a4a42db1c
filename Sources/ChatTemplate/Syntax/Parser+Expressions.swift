extension Parser {
    /// An expression, or several with commas between them, which make a tuple.
    mutating func tupleOrExpression(
        allowsConditional: Bool = true,
        end: String? = nil,
        allowsEmpty: Bool = false
    ) throws(TemplateError) -> Expression {
        let line = current.line
        var items: [Expression] = []
        var isTuple = false
        while true {
            if !items.isEmpty { try expectSymbol(.comma) }
            if isTupleEnd(end) { break }
            items.append(allowsConditional ? try expression() : try binary(above: 0))
            guard isSymbol(.comma) else { break }
            isTuple = true
        }
        if !isTuple, let only = items.first { return only }
        if items.isEmpty, !allowsEmpty { throw error("expected an expression, got \(current.description)") }
        return Expression(line: line, kind: .tuple(items))
    }

    private func isTupleEnd(_ end: String?) -> Bool {
        switch current.kind {
        case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
        case .name(let word): word == end
        default: false
        }
    }

    /// An expression, `a if b else c` included.
    mutating func expression() throws(TemplateError) -> Expression {
        try nested { (parser) throws(TemplateError) in
            var line = parser.current.line
            var result = try parser.binary(above: 0)
            while parser.skipName("if") {
                let test = try parser.binary(above: 0)
                let otherwise = parser.skipName("else") ? try parser.expression() : nil
                result = Expression(line: line, kind: .conditional(test: test, then: result, otherwise: otherwise))
                line = parser.current.line
            }
            return result
        }
    }

    // MARK: - Operators

    /// How tight operators bind, loosest first.
    private enum Strength {
        static let or = 1
        static let and = 2
        static let not = 3
        static let compare = 4
        static let add = 5
        static let concatenate = 6
        static let multiply = 7
        static let power = 8
    }

    /// A chain of operators that bind tighter than `strength`.
    func binaryStrength() -> Int? {
        switch current.kind {
        case .name("or"): Strength.or
        case .name("and"): Strength.and
        case .name("in"): Strength.compare
        case .name("not") where lookAhead.kind == .name("in"): Strength.compare
        case .symbol(.equal), .symbol(.notEqual), .symbol(.less), .symbol(.lessOrEqual), .symbol(.greater),
            .symbol(.greaterOrEqual):
            Strength.compare
        case .symbol(.plus), .symbol(.minus): Strength.add
        case .symbol(.tilde): Strength.concatenate
        case .symbol(.star), .symbol(.slash), .symbol(.floorDivide), .symbol(.percent): Strength.multiply
        case .symbol(.power): Strength.power
        default: nil
        }
    }

    mutating func binary(above strength: Int) throws(TemplateError) -> Expression {
        try nested { (parser) throws(TemplateError) in
            var left = try parser.operand(above: strength)
            var length = 0
            while let next = parser.binaryStrength(), next > strength {
                // A long chain makes a tree as deep as it is long.
                length += 1
                guard length <= Limits.chainLength else {
                    throw parser.error("an expression of more than \(length) operators in a row")
                }
                left = try parser.extend(left, strength: next)
            }
            return left
        }
    }

    private mutating func operand(above strength: Int) throws(TemplateError) -> Expression {
        let line = current.line
        guard strength < Strength.not, isName("not"), lookAhead.kind != .name("in") else { return try unary() }
        advance()
        return Expression(line: line, kind: .not(try binary(above: Strength.not - 1)))
    }

    /// `left` with the operator that is next and its right side.
    private mutating func extend(_ left: Expression, strength: Int) throws(TemplateError) -> Expression {
        let line = current.line
        switch strength {
        case Strength.compare: return try comparison(left)
        case Strength.concatenate:
            var parts = [left]
            while skipSymbol(.tilde) { parts.append(try binary(above: Strength.concatenate)) }
            return Expression(line: line, kind: .concatenate(parts))
        case Strength.or, Strength.and:
            advance()
            let right = try binary(above: strength)
            return Expression(line: line, kind: strength == Strength.or ? .or(left, right) : .and(left, right))
        default:
            guard case .symbol(let symbol) = current.kind,
                let operation = Arithmetic.Operator(rawValue: symbol.rawValue)
            else { throw unexpected("an operator") }
            advance()
            let right = try binary(above: strength)
            return Expression(line: line, kind: .arithmetic(operation, left, right))
        }
    }

    private mutating func comparison(_ left: Expression) throws(TemplateError) -> Expression {
        let line = current.line
        var chain: [(comparison: ComparisonOperator, right: Expression)] = []
        while let comparison = comparisonOperator() {
            advance()
            if comparison == .containsNot { advance() }
            chain.append((comparison, try binary(above: Strength.compare)))
        }
        return Expression(line: line, kind: .compare(left, chain))
    }

    private func comparisonOperator() -> ComparisonOperator? {
        switch current.kind {
        case .symbol(.equal): .equal
        case .symbol(.notEqual): .notEqual
        case .symbol(.less): .less
        case .symbol(.lessOrEqual): .lessOrEqual
        case .symbol(.greater): .greater
        case .symbol(.greaterOrEqual): .greaterOrEqual
        case .name("in"): .contains
        case .name("not") where lookAhead.kind == .name("in"): .containsNot
        default: nil
        }
    }

    /// Signs bind tighter than filters: `-1|abs` is 1.
    private mutating func unary(allowsFilters: Bool = true) throws(TemplateError) -> Expression {
        try nested { (parser) throws(TemplateError) in
            let line = parser.current.line
            var result: Expression
            if parser.skipSymbol(.minus) {
                result = Expression(line: line, kind: .negate(try parser.unary(allowsFilters: false)))
            } else if parser.skipSymbol(.plus) {
                result = Expression(line: line, kind: .plus(try parser.unary(allowsFilters: false)))
            } else {
                result = try parser.primary()
            }
            result = try parser.postfix(result)
            return allowsFilters ? try parser.filtersAndTests(result) : result
        }
    }

    // MARK: - Primaries

    mutating func primary() throws(TemplateError) -> Expression {
        let token = current
        advance()
        switch token.kind {
        case .name(let name): return Expression(line: token.line, kind: named(name))
        case .string(var bytes):
            while case .string(let more) = current.kind {
                bytes += more
                advance()
            }
            return Expression(line: token.line, kind: .string(TemplateString(trusted: bytes)))
        case .integer(let number): return Expression(line: token.line, kind: .integer(number))
        case .float(let number): return Expression(line: token.line, kind: .float(number))
        case .symbol(.leftParenthesis):
            let inner = try tupleOrExpression(allowsEmpty: true)
            try expectSymbol(.rightParenthesis)
            return inner
        case .symbol(.leftBracket): return Expression(line: token.line, kind: .list(try listItems()))
        case .symbol(.leftBrace): return Expression(line: token.line, kind: .dictionary(try dictionaryItems()))
        default: throw error("unexpected \(token.description)", line: token.line)
        }
    }

    private mutating func named(_ name: String) -> Expression.Kind {
        switch name {
        case "true", "True": return .bool(true)
        case "false", "False": return .bool(false)
        case "none", "None": return .none
        default:
            if ["caller", "kwargs", "varargs"].contains(name) { usedSpecials.insert(name) }
            let id = names.id(of: name)
            frames.mention(id)
            return .name(id)
        }
    }

    private mutating func listItems() throws(TemplateError) -> [Expression] {
        var items: [Expression] = []
        while !isSymbol(.rightBracket) {
            if !items.isEmpty { try expectSymbol(.comma) }
            if isSymbol(.rightBracket) { break }
            items.append(try expression())
        }
        advance()
        return items
    }

    private mutating func dictionaryItems() throws(TemplateError) -> [(key: Expression, value: Expression)] {
        var items: [(key: Expression, value: Expression)] = []
        while !isSymbol(.rightBrace) {
            if !items.isEmpty { try expectSymbol(.comma) }
            if isSymbol(.rightBrace) { break }
            let key = try expression()
            try expectSymbol(.colon)
            items.append((key, try expression()))
        }
        advance()
        return items
    }
}
