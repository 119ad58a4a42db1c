/// Renders one prompt: walks the tree of a template with the variables of a request.
///
/// Not shared: every rendering has its own.
final class Renderer {
    let template: String
    let names: NameTable
    let now: CalendarTime?
    /// For each block the names it hides, with what stands for them.
    private let hidden: [[(id: NameID, value: Value)]]
    /// The variables given from outside, by name.
    private let globals: [Value?]
    var scope: Scope
    /// The text written so far at the present place: the prompt, or the text of a macro or block.
    var output = TemplateString()
    /// The text of the filter block or `set` block whose filters are being applied.
    var blockText = Value.none
    /// The line of the node evaluated last.
    var line = 1
    private var depth = 0
    private var work = 0
    private let workLimit: Int
    /// Objects that can refer to themselves in a circle, to be taken apart at the end.
    private var namespaces: [Namespace] = []
    private var capturedScopes: [Scope] = []

    /// What to do behind a statement.
    enum Flow { case next, breakLoop, continueLoop }

    init(
        template: String,
        names: NameTable,
        hidden: [[NameID]],
        variables: [String: Value],
        now: CalendarTime?,
        workLimit: Int
    ) {
        self.template = template
        self.names = names
        self.now = now
        self.workLimit = workLimit
        globals = names.names.map { variables[$0] }
        self.hidden = hidden.map { ids in ids.map { ($0, Value.undefined(.name(names[$0]))) } }
        scope = Scope(parent: nil, hiding: self.hidden[FrameTable.root.index])
    }

    /// The text of the whole template.
    ///
    /// - Throws: `TemplateError` with the line.
    func render(_ body: [Statement]) throws(TemplateError) -> TemplateString {
        defer { release() }
        do throws(TemplateError) {
            _ = try run(body)
            return output
        } catch {
            throw error.located(in: template, line: line)
        }
    }

    /// Takes apart what could otherwise keep itself alive, or be so long a chain that releasing it is too deep.
    private func release() {
        for namespace in namespaces { namespace.attributes = [:] }
        for scope in capturedScopes { scope.removeAll() }
        scope.removeAll()
    }

    // MARK: - Bounds

    /// Counts work that is proportional to a text.
    func charge(bytes: Int) throws(TemplateError) {
        work += bytes
        guard work <= workLimit else { throw .exceeded("the template does more work than a prompt may cost") }
    }

    /// Runs one level deeper.
    func nested<Result>(_ action: () throws(TemplateError) -> Result) throws(TemplateError) -> Result {
        guard depth < Limits.evaluationDepth else {
            throw .exceeded("the template is evaluated more than \(Limits.evaluationDepth) levels deep")
        }
        depth += 1
        defer { depth -= 1 }
        try charge(bytes: 100)
        return try action()
    }

    /// A text that operations made, if it is not too long.
    func checked(_ text: TemplateString) throws(TemplateError) -> Value {
        try charge(bytes: text.byteCount)
        guard text.byteCount <= Limits.textBytes else { throw .exceeded("a text is longer than 256 MiB") }
        return .string(text)
    }

    /// Refuses a text or list that an operation is about to make too long.
    func willMake(count: Int, of size: Int) throws(TemplateError) {
        let (product, overflow) = count.multipliedReportingOverflow(by: max(1, size))
        guard !overflow, product <= Limits.textBytes else { throw .exceeded("a text is longer than 256 MiB") }
        try charge(bytes: max(0, product))
    }

    func write(_ text: TemplateString) throws(TemplateError) {
        try charge(bytes: text.byteCount)
        guard output.byteCount + text.byteCount <= Limits.textBytes else {
            throw .exceeded("the prompt is longer than 256 MiB")
        }
        output.append(text)
    }

    // MARK: - Variables

    func value(of id: NameID) -> Value {
        if let value = scope.value(id) ?? globals[id.index] { return value }
        let name = names[id]
        return BuiltinFunction(rawValue: name).map(Value.function) ?? .undefined(.name(name))
    }

    func makeNamespace(_ attributes: [String: Value]) throws(TemplateError) -> Value {
        let namespace = Namespace(attributes)
        namespaces.append(namespace)
        try charge(bytes: 1000)
        return .namespace(namespace)
    }

    func makeMacro(_ definition: MacroDefinition) throws(TemplateError) -> Macro {
        capturedScopes.append(scope)
        try charge(bytes: 1000)
        return Macro(definition, scope: scope)
    }

    /// The variables of a block inside `parent`.
    func newScope(of block: Block, inside parent: Scope) -> Scope {
        Scope(parent: parent, hiding: hidden[block.frame.index])
    }

    /// Runs with the variables of a block inside the present ones.
    func withScope<Result>(
        of block: Block,
        _ action: () throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        let outer = scope
        scope = newScope(of: block, inside: outer)
        defer { scope = outer }
        return try action()
    }

    /// The text that `action` writes, kept apart from the output.
    func captured(_ action: () throws(TemplateError) -> Void) throws(TemplateError) -> TemplateString {
        let outer = output
        output = TemplateString()
        defer { output = outer }
        try action()
        return output
    }
}
