/// Python's `+ - * / // % **` on numbers, texts and lists.
enum Arithmetic {
    enum Operator: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case floorDivide = "//"
        case modulo = "%"
        case power = "**"
    }

    /// - Throws: `TemplateError` for operands the operator does not take, division by zero, overflow of 64 bits.
    static func apply(
        _ operation: Operator,
        _ left: Value,
        _ right: Value,
        _ renderer: Renderer
    ) throws(TemplateError) -> Value {
        switch (operation, left, right) {
        case (.modulo, .string(let pattern), _): return try renderer.percentFormatted(pattern, right)
        case (_, .undefined(let missing), _), (_, _, .undefined(let missing)): throw .failed(missing.message)
        case (.add, .string(let left), .string(let right)):
            var sum = left
            sum.append(right)
            return try renderer.checked(sum)
        case (.add, .list(let left), .list(let right)):
            try renderer.charge(bytes: left.items.count + right.items.count)
            return .list(try ValueList(left.items + right.items))
        case (.add, .tuple(let left), .tuple(let right)):
            try renderer.charge(bytes: left.items.count + right.items.count)
            return .tuple(try ValueList(left.items + right.items))
        case (.multiply, .string, _), (.multiply, .list, _), (.multiply, .tuple, _):
            if let count = right.asInt { return try repeated(left, count, renderer) }
        case (.multiply, _, .string), (.multiply, _, .list), (.multiply, _, .tuple):
            if let count = left.asInt { return try repeated(right, count, renderer) }
        default:
            if let left = left.asInt, let right = right.asInt { return try apply(operation, left, right) }
            if left.isBigInteger || right.isBigInteger, !left.isFloat, !right.isFloat { throw overflow }
            if let left = left.asDouble, let right = right.asDouble { return try apply(operation, left, right) }
        }
        throw .failed(
            "unsupported operand type(s) for \(operation.rawValue): '\(left.typeName)' and '\(right.typeName)'"
        )
    }

    private static func repeated(_ value: Value, _ count: Int, _ renderer: Renderer) throws(TemplateError) -> Value {
        switch value {
        case .string(let text):
            guard !text.isEmpty else { return value }
            try renderer.willMake(count: count, of: text.byteCount)
            return .string(text.repeated(count))
        case .list(let list), .tuple(let list):
            guard !list.items.isEmpty else { return value }
            try renderer.willMake(count: count, of: list.items.count * 16)
            var items: [Value] = []
            for _ in 0..<max(0, count) { items += list.items }
            if case .tuple = value { return .tuple(try ValueList(items)) }
            return .list(try ValueList(items))
        default: return value
        }
    }

    private static func apply(_ operation: Operator, _ left: Int, _ right: Int) throws(TemplateError) -> Value {
        switch operation {
        case .add: return try exact(left.addingReportingOverflow(right))
        case .subtract: return try exact(left.subtractingReportingOverflow(right))
        case .multiply: return try exact(left.multipliedReportingOverflow(by: right))
        case .divide:
            guard right != 0 else { throw .failed("division by zero") }
            return .double(Double(left) / Double(right))
        case .floorDivide, .modulo:
            guard right != 0 else { throw .failed("integer division or modulo by zero") }
            // -2^63 / -1 is the one quotient that does not fit.
            guard right != -1 else {
                return operation == .modulo ? .int(0) : try exact(left.negatedReportingOverflow())
            }
            let remainder = left % right
            let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
            if operation == .modulo { return .int(isBelow ? remainder + right : remainder) }
            return .int(isBelow ? left / right - 1 : left / right)
        case .power: return try power(left, right)
        }
    }

    private static func power(_ base: Int, _ exponent: Int) throws(TemplateError) -> Value {
        guard exponent >= 0 else {
            guard base != 0 else { throw .failed("0.0 cannot be raised to a negative power") }
            return .double(try power(Double(base), Double(exponent)))
        }
        if base == 0 || base == 1 { return .int(exponent == 0 ? 1 : base) }
        if base == -1 { return .int(exponent % 2 == 0 ? 1 : -1) }
        guard exponent < 64 else { throw overflow }
        var result = 1
        for _ in 0..<exponent {
            guard case .int(let product) = try exact(result.multipliedReportingOverflow(by: base)) else { break }
            result = product
        }
        return .int(result)
    }

    private static func apply(_ operation: Operator, _ left: Double, _ right: Double) throws(TemplateError) -> Value {
        switch operation {
        case .add: return .double(left + right)
        case .subtract: return .double(left - right)
        case .multiply: return .double(left * right)
        case .divide:
            guard right != 0 else { throw .failed("float division by zero") }
            return .double(left / right)
        case .floorDivide, .modulo:
            guard right != 0 else { throw .failed("float modulo by zero") }
            var remainder = left.truncatingRemainder(dividingBy: right)
            var quotient = (left - remainder) / right
            if remainder != 0 {
                if (right < 0) != (remainder < 0) {
                    remainder += right
                    quotient -= 1
                }
            } else {
                remainder = Double(signOf: right, magnitudeOf: 0)
            }
            if operation == .modulo { return .double(remainder) }
            guard quotient != 0 else { return .double(Double(signOf: left / right, magnitudeOf: 0)) }
            let floor = quotient.rounded(.down)
            return .double(quotient - floor > 0.5 ? floor + 1 : floor)
        case .power: return .double(try power(left, right))
        }
    }

    /// Powers with whole exponents and square roots; others would need a mathematics library.
    private static func power(_ base: Double, _ exponent: Double) throws(TemplateError) -> Double {
        if exponent == 0.5, base >= 0 { return base.squareRoot() }
        guard exponent == exponent.rounded(), exponent.magnitude < 0x1p62 else {
            throw .failed("the power of a float to \(PythonText.text(of: exponent)) is not supported")
        }
        guard base != 0 || exponent >= 0 else { throw .failed("0.0 cannot be raised to a negative power") }
        let result = wholePower(base, Int(exponent.magnitude))
        guard result.isFinite || !base.isFinite || exponent < 0 else { throw .failed("the result of ** is too large") }
        return exponent < 0 ? 1 / result : result
    }

    /// Squares and multiplies with twice the digits of a `Double`, so that the result is rounded only once.
    private static func wholePower(_ base: Double, _ exponent: Int) -> Double {
        var result = (high: 1.0, low: 0.0)
        var square = (high: base, low: 0.0)
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = product(result, square) }
            rest >>= 1
            if rest > 0 { square = product(square, square) }
        }
        return result.high
    }

    /// The product of two numbers of two parts each.
    private static func product(
        _ left: (high: Double, low: Double),
        _ right: (high: Double, low: Double)
    ) -> (high: Double, low: Double) {
        let product = left.high * right.high
        guard product.isFinite, product != 0 else { return (product, 0) }
        let error = (-product).addingProduct(left.high, right.high) + (left.high * right.low + left.low * right.high)
        let high = product + error
        return (high, error - (high - product))
    }

    static func negated(_ value: Value) throws(TemplateError) -> Value {
        if case .undefined(let missing) = value { throw .failed(missing.message) }
        if let number = value.asInt { return try exact(number.negatedReportingOverflow()) }
        if value.isBigInteger { throw overflow }
        guard case .double(let number) = value else {
            throw .failed("bad operand type for unary -: '\(value.typeName)'")
        }
        return .double(-number)
    }

    static func plus(_ value: Value) throws(TemplateError) -> Value {
        if case .undefined(let missing) = value { throw .failed(missing.message) }
        if let number = value.asInt { return .int(number) }
        switch value {
        case .double, .bigInteger: return value
        default: throw .failed("bad operand type for unary +: '\(value.typeName)'")
        }
    }

    private static var overflow: TemplateError { .failed("whole numbers beyond 64 bits are not supported") }

    private static func exact(_ result: (partialValue: Int, overflow: Bool)) throws(TemplateError) -> Value {
        guard !result.overflow else { throw overflow }
        return .int(result.partialValue)
    }
}

extension Value {
    fileprivate var isBigInteger: Bool { if case .bigInteger = self { true } else { false } }
    fileprivate var isFloat: Bool { if case .double = self { true } else { false } }
}

extension Int {
    fileprivate func negatedReportingOverflow() -> (partialValue: Int, overflow: Bool) {
        0.subtractingReportingOverflow(self)
    }
}
