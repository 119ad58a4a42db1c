/// The filters a template can use.
enum FilterName: String, Sendable {
    case abs
    case attr
    case batch
    case capitalize
    case count
    case d
    case `default`
    case dictsort
    case e
    case escape
    case first
    case float
    case forceescape
    case format
    case groupby
    case indent
    case int
    case items
    case join
    case last
    case length
    case list
    case lower
    case map
    case max
    case min
    case reject
    case rejectattr
    case replace
    case reverse
    case round
    case safe
    case select
    case selectattr
    case slice
    case sort
    case string
    case sum
    case title
    case tojson
    case trim
    case truncate
    case unique
    case upper
    case wordcount

    /// Which argument names a filter or test to apply to each element.
    var positionOfInnerName: Int? {
        switch self {
        case .map, .select, .reject: 0
        case .selectattr, .rejectattr: 1
        default: nil
        }
    }
}

extension Renderer {
    /// Applies a filter.
    ///
    /// - Throws: `TemplateError` where Python would raise.
    func apply(_ filter: FilterName, to value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        switch filter {
        case .capitalize, .lower, .upper, .title, .trim, .replace, .indent, .truncate, .wordcount, .escape, .e,
            .forceescape, .format, .string, .safe:
            try textFilter(filter, value, arguments)
        case .abs, .round, .int, .float, .sum: try numberFilter(filter, value, arguments)
        case .map, .select, .reject, .selectattr, .rejectattr: try lazyFilter(filter, value, arguments)
        case .tojson: try json(value, arguments)
        case .default, .d: try standard(value, arguments)
        case .attr: try attributeFilter(value, arguments)
        case .batch, .count, .dictsort, .first, .groupby, .items, .join, .last, .length, .list, .max, .min, .reverse,
            .slice, .sort, .unique:
            try sequenceFilter(filter, value, arguments)
        }
    }

    private func standard(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: "default", ["default_value", "boolean"])
        let fallback = given[0] ?? .string(TemplateString())
        if case .undefined = value { return fallback }
        return given[1]?.isTrue == true && !value.isTrue ? fallback : value
    }

    private func attributeFilter(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        guard case .string(let name)? = try arguments.bound(to: "attr", ["name"], required: 1)[0] else {
            throw .failed("attr needs the name of an attribute")
        }
        // Unlike `value.name`, the filter does not look into dictionaries.
        if case .dictionary = value, MethodName(rawValue: name.string)?.belongs(to: value) != true {
            return .undefined(.attribute(of: value.ownerName, name: name.string))
        }
        return try attribute(name.string, of: value)
    }
}
