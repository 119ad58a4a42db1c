/// What rendering one prompt may cost at most, so that no template can hang the server or overflow its stack.
enum Limits {
    /// Levels of lists and dictionaries in a value.
    static let valueDepth = 200
    /// Expressions and statements under evaluation inside each other, over all macro calls.
    ///
    /// Half a megabyte of stack in a release build.
    static let evaluationDepth = 200
    /// Brackets, operators and blocks inside each other in the source.
    static let syntaxDepth = 120
    /// Operators, subscripts or filters in a row.
    static let chainLength = 100
    /// Bytes of one text; a request's body is bounded at 32 MiB.
    static let textBytes = 1 << 28
    /// The sandbox's bound on the length of a range.
    static let rangeCount = 100_000
    /// Elements of a value, those of its parts included; a shared part counts as often as it is reached.
    static let valueWeight = 1 << 28
}

/// How deep and how big a value is.
///
/// Containers know it, so that a template cannot build a structure whose release or comparison overflows the stack,
/// or one of few objects that takes forever to walk because it holds the same part again and again.
struct Extent {
    /// Levels of containers; 0 for a scalar.
    var depth: Int
    /// Elements, those of parts included.
    var weight: Int

    init(depth: Int, weight: Int) {
        self.depth = depth
        self.weight = weight
    }

    /// The extent of a container of `items`.
    ///
    /// - Throws: `TemplateError` beyond the limits.
    init(above items: some Sequence<Value>) throws(TemplateError) {
        depth = 0
        weight = 1
        for item in items { include(item.extent) }
        depth += 1
        try check()
    }

    /// Takes another part into account.
    mutating func include(_ part: Extent) {
        depth = max(depth, part.depth)
        weight += part.weight
    }

    func check() throws(TemplateError) {
        guard depth <= Limits.valueDepth else {
            throw .exceeded("values are nested more than \(Limits.valueDepth) levels deep")
        }
        guard weight <= Limits.valueWeight else { throw .exceeded("a value has too many elements") }
    }
}

extension Value {
    var extent: Extent {
        switch self {
        case .string(let text): Extent(depth: 0, weight: 1 + text.byteCount >> 4)
        case .list(let list), .tuple(let list): list.extent
        case .dictionary(let map), .view(let map, _): map.extent
        case .iterator(let iterator): iterator.extent
        case .method(let method): method.extent
        default: Extent(depth: 0, weight: 1)
        }
    }
}
