extension Renderer {
    /// The value of an expression; `line` is its line afterwards.
    func evaluate(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .none: .none
        case .bool(let flag): .bool(flag)
        case .integer(let number): .int(number)
        case .float(let number): .double(number)
        case .string(let text): .string(text)
        case .name(let id): value(of: id)
        default: try nested { () throws(TemplateError) in try evaluateNested(expression) }
        }
    }

    private func evaluateNested(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .attribute(let base, let name):
            let base = try evaluate(base)
            line = expression.line
            return try attribute(name, of: base)
        case .item(let base, let key):
            let (base, key) = (try evaluate(base), try evaluate(key))
            line = expression.line
            return try item(key, of: base)
        case .slice(let base, let from, let to, let step):
            return try evaluateSlice(base, from, to, step, line: expression.line)
        case .call(let callee, let arguments):
            let function = try evaluate(callee)
            let evaluated = try evaluate(arguments)
            line = expression.line
            return try call(function, evaluated)
        case .filter(let base, let filter, let arguments):
            let base = try base.map { (base) throws(TemplateError) in try evaluate(base) } ?? blockText
            let evaluated = try evaluate(arguments)
            line = expression.line
            return try apply(filter, to: base, evaluated)
        case .test(let base, let test, let arguments):
            let base = try evaluate(base)
            let evaluated = try evaluate(arguments)
            line = expression.line
            return .bool(try passes(base, test, evaluated))
        case .list(let items): return .list(try ValueList(try evaluate(items)))
        case .tuple(let items): return .tuple(try ValueList(try evaluate(items)))
        case .dictionary(let entries):
            let map = ValueMap()
            for entry in entries { try map.set(try evaluate(entry.key), try evaluate(entry.value)) }
            return .dictionary(map)
        default: return try evaluateOperator(expression)
        }
    }

    private func evaluateOperator(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .not(let operand): return .bool(!(try evaluate(operand).isTrue))
        case .and(let left, let right):
            let left = try evaluate(left)
            return left.isTrue ? try evaluate(right) : left
        case .or(let left, let right):
            let left = try evaluate(left)
            return left.isTrue ? left : try evaluate(right)
        case .conditional(let test, let then, let otherwise):
            if try evaluate(test).isTrue { return try evaluate(then) }
            guard let otherwise else {
                return .undefined(.hint("the inline if-expression evaluated to false and has no else"))
            }
            return try evaluate(otherwise)
        case .compare(let left, let chain): return try compare(left, chain, line: expression.line)
        case .concatenate(let parts):
            var text = TemplateString()
            for part in parts { text.append(try evaluate(part).text()) }
            line = expression.line
            return try checked(text)
        case .arithmetic(let operation, let left, let right):
            let (left, right) = (try evaluate(left), try evaluate(right))
            line = expression.line
            return try Arithmetic.apply(operation, left, right, self)
        case .negate(let operand):
            let operand = try evaluate(operand)
            line = expression.line
            return try Arithmetic.negated(operand)
        case .plus(let operand):
            let operand = try evaluate(operand)
            line = expression.line
            return try Arithmetic.plus(operand)
        default: throw .failed("an expression of an unknown kind")
        }
    }

    private func evaluate(_ expressions: [Expression]) throws(TemplateError) -> [Value] {
        try expressions.map { (expression) throws(TemplateError) in try evaluate(expression) }
    }

    func evaluate(_ arguments: Arguments) throws(TemplateError) -> CallArguments {
        var result = CallArguments()
        guard !arguments.isEmpty else { return result }
        result.positional = try evaluate(arguments.positional)
        for argument in arguments.keyword { result.keyword.append((argument.name, try evaluate(argument.value))) }
        if let spread = arguments.spread { result.positional += try elements(of: try evaluate(spread)) }
        if let spread = arguments.keywordSpread {
            guard case .dictionary(let map) = try evaluate(spread) else {
                throw .failed("the argument after ** must be a dictionary")
            }
            for (key, value) in zip(map.keys, map.values) {
                guard case .string(let name) = key else { throw .failed("keywords must be strings") }
                guard !result.keyword.contains(where: { $0.name == name.string }) else {
                    throw .failed("the argument '\(name.string)' is given twice")
                }
                result.keyword.append((name.string, value))
            }
        }
        return result
    }

    /// A chain `a < b < c` is true when each link is; what follows a false link is not evaluated.
    private func compare(
        _ left: Expression,
        _ chain: [(comparison: ComparisonOperator, right: Expression)],
        line: Int
    ) throws(TemplateError) -> Value {
        var left = try evaluate(left)
        for link in chain {
            let right = try evaluate(link.right)
            self.line = line
            guard try holds(left, link.comparison, right) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    func holds(_ left: Value, _ comparison: ComparisonOperator, _ right: Value) throws(TemplateError) -> Bool {
        try charge(bytes: min(left.extent.weight, right.extent.weight))
        return switch comparison {
        case .equal: Comparison.areEqual(left, right)
        case .notEqual: !Comparison.areEqual(left, right)
        case .less: try Comparison.isLess(left, right)
        case .lessOrEqual: try Comparison.isLess(left, right, orEqual: true)
        case .greater: try Comparison.isLess(right, left)
        case .greaterOrEqual: try Comparison.isLess(right, left, orEqual: true)
        case .contains: try Comparison.contains(right, left, self)
        case .containsNot: !(try Comparison.contains(right, left, self))
        }
    }

    /// Applies the filters of a block to its text.
    func apply(_ filter: Expression, to text: Value) throws(TemplateError) -> Value {
        let outer = blockText
        blockText = text
        defer { blockText = outer }
        return try evaluate(filter)
    }
}
