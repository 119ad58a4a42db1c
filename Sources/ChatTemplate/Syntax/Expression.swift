/// An expression of a template, with the line it stands on.
struct Expression: Sendable {
    let line: Int
    let kind: Kind

    indirect enum Kind: Sendable {
        case none
        case bool(Bool)
        case integer(Int)
        case float(Double)
        case string(TemplateString)
        case name(NameID)
        case list([Expression])
        case tuple([Expression])
        case dictionary([(key: Expression, value: Expression)])
        case attribute(Expression, String)
        case item(Expression, Expression)
        case slice(Expression, from: Expression?, to: Expression?, step: Expression?)
        case call(Expression, Arguments)
        /// Without a base inside a filter block, where the base is the block's text.
        case filter(Expression?, FilterName, Arguments)
        case test(Expression, TestName, Arguments)
        case negate(Expression)
        case plus(Expression)
        case arithmetic(Arithmetic.Operator, Expression, Expression)
        case concatenate([Expression])
        case compare(Expression, [(comparison: ComparisonOperator, right: Expression)])
        case not(Expression)
        case and(Expression, Expression)
        case or(Expression, Expression)
        case conditional(test: Expression, then: Expression, otherwise: Expression?)
    }
}

/// The comparisons, which may be chained as in Python.
enum ComparisonOperator: Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, contains, containsNot
}

/// The number of a variable's name in its template.
struct NameID: Hashable, Sendable {
    let index: Int
}

/// The arguments of a call, as written.
struct Arguments: Sendable {
    var positional: [Expression] = []
    var keyword: [(name: String, value: Expression)] = []
    /// `*x`
    var spread: Expression?
    /// `**x`
    var keywordSpread: Expression?

    var isEmpty: Bool { positional.isEmpty && keyword.isEmpty && spread == nil && keywordSpread == nil }
}
