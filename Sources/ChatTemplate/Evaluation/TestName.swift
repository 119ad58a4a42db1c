/// The tests a template can make with `is`.
enum TestName: String, Sendable {
    case boolean
    case callable
    case defined
    case divisibleby
    case eq
    case equalSign = "=="
    case equalto
    case even
    case `false`
    case filter
    case float
    case ge
    case greaterOrEqualSign = ">="
    case greaterSign = ">"
    case greaterthan
    case gt
    case `in`
    case integer
    case iterable
    case le
    case lessOrEqualSign = "<="
    case lessSign = "<"
    case lessthan
    case lower
    case lt
    case mapping
    case ne
    case none
    case notEqualSign = "!="
    case number
    case odd
    case sameas
    case sequence
    case string
    case test
    case `true`
    case undefined
    case upper

    /// The comparison the test makes with its argument.
    fileprivate var comparison: ComparisonOperator? {
        switch self {
        case .eq, .equalSign, .equalto: .equal
        case .ne, .notEqualSign: .notEqual
        case .lt, .lessSign, .lessthan: .less
        case .le, .lessOrEqualSign: .lessOrEqual
        case .gt, .greaterSign, .greaterthan: .greater
        case .ge, .greaterOrEqualSign: .greaterOrEqual
        case .in: .contains
        default: nil
        }
    }
}

extension Renderer {
    /// Whether `value is test(arguments)`.
    func passes(_ value: Value, _ test: TestName, _ arguments: CallArguments) throws(TemplateError) -> Bool {
        if let comparison = test.comparison {
            return try holds(value, comparison, try only(arguments, of: test))
        }
        switch test {
        case .sameas: return isSame(value, try only(arguments, of: test))
        case .divisibleby: return try remainderIsZero(value, try only(arguments, of: test))
        default:
            try arguments.requireNone(for: "test '\(test.rawValue)'")
            return try passes(value, test)
        }
    }

    private func only(_ arguments: CallArguments, of test: TestName) throws(TemplateError) -> Value {
        let name = test == .sameas ? "other" : test == .divisibleby ? "num" : "seq"
        return try arguments.bound(to: "test '\(test.rawValue)'", [name], required: 1)[0] ?? .none
    }

    private func passes(_ value: Value, _ test: TestName) throws(TemplateError) -> Bool {
        switch (test, value) {
        case (.defined, .undefined): return false
        case (.defined, _): return true
        case (.undefined, .undefined), (.none, .none), (.boolean, .bool), (.true, .bool(true)), (.false, .bool(false)),
            (.integer, .int), (.integer, .bigInteger), (.float, .double), (.string, .string), (.mapping, .dictionary),
            (.number, .int), (.number, .bigInteger), (.number, .double), (.number, .bool),
            (.callable, .macro), (.callable, .function), (.callable, .method), (.callable, .undefined):
            return true
        case (.odd, _): return Comparison.areEqual(try Arithmetic.apply(.modulo, value, .int(2), self), .int(1))
        case (.even, _): return try remainderIsZero(value, .int(2))
        case (.lower, _): return PythonText.isLower(try value.text())
        case (.upper, _): return PythonText.isUpper(try value.text())
        case (.filter, .string(let name)): return FilterName(rawValue: name.string) != nil
        case (.test, .string(let name)): return TestName(rawValue: name.string) != nil
        case (.iterable, _): return isIterable(value)
        case (.sequence, _): return isSequence(value)
        default: return false
        }
    }

    private func remainderIsZero(_ value: Value, _ divisor: Value) throws(TemplateError) -> Bool {
        Comparison.areEqual(try Arithmetic.apply(.modulo, value, divisor, self), .int(0))
    }

    private func isIterable(_ value: Value) -> Bool {
        switch value {
        case .undefined, .string, .list, .tuple, .dictionary, .view, .range, .iterator, .loop: true
        default: false
        }
    }

    /// What has a length and can be subscripted.
    private func isSequence(_ value: Value) -> Bool {
        switch value {
        case .string, .list, .tuple, .dictionary, .range, .undefined: true
        default: false
        }
    }

    /// Python's `is`, as far as it can be told: the same object, or equal values of an immutable type.
    private func isSame(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)): left === right
        case (.dictionary(let left), .dictionary(let right)): left === right
        case (.none, .none), (.undefined, .undefined): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.namespace(let left), .namespace(let right)): left === right
        default: false
        }
    }
}
