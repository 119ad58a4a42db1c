/// What an expression of a template evaluates to: the Python values a template can meet.
enum Value {
    case undefined(Missing)
    case none
    case bool(Bool)
    case int(Int)
    /// Digits of a whole number beyond 64 bits; it can be printed and compared, not calculated with.
    case bigInteger(String)
    case double(Double)
    case string(TemplateString)
    case list(ValueList)
    case tuple(ValueList)
    case dictionary(ValueMap)
    /// What `keys()`, `values()` and `items()` of a dictionary give.
    case view(ValueMap, ValueMap.View)
    case range(ValueRange)
    case namespace(Namespace)
    case loop(LoopState)
    case iterator(LazyIterator)
    case macro(Macro)
    case function(BuiltinFunction)
    case method(BoundMethod)
}

/// Why a value is missing; the message appears when something is done with it that needs a value.
enum Missing {
    case name(String)
    case attribute(of: String, name: String)
    case element(of: String, key: String)
    case parameter(String)
    /// A method that would change its object, which templates must not do.
    case forbidden(of: String, name: String)
    case hint(String)

    var message: String {
        switch self {
        case .name(let name): "'\(name)' is undefined"
        case .attribute(let owner, let name): "'\(owner)' has no attribute '\(name)'"
        case .element(let owner, let key): "\(owner) has no element \(key)"
        case .parameter(let name): "parameter '\(name)' was not provided"
        case .forbidden(let owner, let name): "'\(name)' of '\(owner)' would change it, which templates must not do"
        case .hint(let text): text
        }
    }
}

/// The elements of a list or tuple.
///
/// A class, so that values are small.
final class ValueList {
    let items: [Value]
    let extent: Extent

    /// - Throws: `TemplateError` when the elements are nested too deep.
    init(_ items: [Value]) throws(TemplateError) {
        self.items = items
        extent = try Extent(above: items)
    }

    /// Elements whose extent is known.
    init(_ items: [Value], extent: Extent) {
        self.items = items
        self.extent = extent
    }
}

/// Python's `range` object.
struct ValueRange: Equatable {
    let start: Int
    let stop: Int
    let step: Int

    var count: Int {
        if step > 0 { return start < stop ? (stop - start - 1) / step + 1 : 0 }
        return start > stop ? (start - stop - 1) / -step + 1 : 0
    }

    func element(_ index: Int) -> Int { start + index * step }
    var elements: [Value] { (0..<count).map { .int(element($0)) } }
}

/// The object `namespace()` makes: the only one whose attributes a template can set.
final class Namespace {
    var attributes: [String: Value]

    init(_ attributes: [String: Value]) { self.attributes = attributes }
}

/// A generator: what filters like `map` and `select` give. It can be read once.
final class LazyIterator {
    /// What Python calls it when it is printed.
    let name: String
    let extent: Extent
    private var source: ((Renderer) throws(TemplateError) -> [Value])?
    private var items: [Value] = []
    private var position = 0

    /// - Throws: `TemplateError` when generators are stacked too deep.
    init(
        _ name: String,
        over base: Value,
        _ source: @escaping (Renderer) throws(TemplateError) -> [Value]
    ) throws(TemplateError) {
        self.name = name
        self.source = source
        extent = try Extent(above: [base])
    }

    func next(_ renderer: Renderer) throws(TemplateError) -> Value? {
        if let source {
            self.source = nil
            items = try renderer.nested { () throws(TemplateError) in try source(renderer) }
        }
        guard position < items.count else { return nil }
        defer { position += 1 }
        return items[position]
    }

    func rest(_ renderer: Renderer) throws(TemplateError) -> [Value] {
        var result: [Value] = []
        while let item = try next(renderer) { result.append(item) }
        return result
    }
}

/// The variable `loop`.
final class LoopState {
    let items: [Value]
    var index0 = 0
    /// The arguments of the last `loop.changed(…)`.
    var lastChanged: [Value]?

    init(_ items: [Value]) { self.items = items }
}

/// A macro, or the body of a call block, with the variables it can see.
final class Macro {
    let definition: MacroDefinition
    let scope: Scope

    init(_ definition: MacroDefinition, scope: Scope) {
        self.definition = definition
        self.scope = scope
    }
}

/// A method together with its object.
final class BoundMethod {
    let receiver: Value
    let name: MethodName
    let extent: Extent

    /// - Throws: `TemplateError` when the object is nested too deep.
    init(_ receiver: Value, _ name: MethodName) throws(TemplateError) {
        self.receiver = receiver
        self.name = name
        extent = try Extent(above: [receiver])
    }
}
