/// Builds the tree of a template from its tokens: the grammar of Jinja 3, less inheritance and imports.
struct Parser {
    let template: String
    let tokens: [Token]
    var position = 0
    var names = NameTable()
    var frames = FrameTable()
    /// Tags that are open, for messages and for `break`.
    var loopDepth = 0
    var depth = 0
    /// The special names that the macro being read uses.
    var usedSpecials: Set<String> = []
    /// Names that are called like functions, with the line: checked when all names are known.
    var calledNames: [(id: NameID, line: Int)] = []

    init(source: String, template: String) throws(TemplateError) {
        var lexer = Lexer(source: source, template: template)
        tokens = try lexer.run()
        self.template = template
    }

    /// The whole template.
    mutating func parse() throws(TemplateError) -> [Statement] {
        let body = try statements(until: [])
        for called in calledNames where !names.isAssigned(called.id) {
            let name = names[called.id]
            guard BuiltinFunction(rawValue: name) == nil else { continue }
            throw .unsupported(template: template, line: called.line, construct: "function '\(name)'")
        }
        return body
    }

    // MARK: - Tokens

    var current: Token { tokens[position] }
    var lookAhead: Token { tokens[min(position + 1, tokens.count - 1)] }

    mutating func advance() { if position + 1 < tokens.count { position += 1 } }

    func isName(_ word: String) -> Bool { current.kind == .name(word) }
    func isSymbol(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }

    /// Takes the word if it is next.
    mutating func skipName(_ word: String) -> Bool {
        guard isName(word) else { return false }
        advance()
        return true
    }

    /// Takes the symbol if it is next.
    mutating func skipSymbol(_ symbol: Token.Symbol) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expectSymbol(_ symbol: Token.Symbol) throws(TemplateError) {
        guard skipSymbol(symbol) else { throw unexpected("'\(symbol.rawValue)'") }
    }

    mutating func expectWord(_ word: String) throws(TemplateError) {
        guard skipName(word) else { throw unexpected("'\(word)'") }
    }

    mutating func expectName() throws(TemplateError) -> String {
        guard case .name(let name) = current.kind else { throw unexpected("a name") }
        advance()
        return name
    }

    mutating func expectBlockEnd() throws(TemplateError) {
        guard current.kind == .blockEnd else { throw unexpected("end of statement block") }
        advance()
    }

    func unexpected(_ expected: String) -> TemplateError {
        error("expected \(expected), got \(current.description)")
    }

    func error(_ message: String, line: Int? = nil) -> TemplateError {
        .syntax(template: template, line: line ?? current.line, message: message)
    }

    func unsupported(_ construct: String, line: Int) -> TemplateError {
        .unsupported(template: template, line: line, construct: construct)
    }

    /// Runs one level deeper; the source must not nest so deep that reading it overflows the stack.
    mutating func nested<Result>(
        _ read: (inout Parser) throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        guard depth < Limits.syntaxDepth else {
            throw .limit(
                template: template,
                line: current.line,
                message: "the template nests more than \(Limits.syntaxDepth) levels deep"
            )
        }
        depth += 1
        defer { depth -= 1 }
        return try read(&self)
    }
}

/// Gives the names of variables numbers.
struct NameTable: Sendable {
    private(set) var names: [String] = []
    private var ids: [String: NameID] = [:]
    private var assigned: Set<NameID> = []

    subscript(id: NameID) -> String { names[id.index] }

    mutating func id(of name: String) -> NameID {
        if let id = ids[name] { return id }
        let id = NameID(index: names.count)
        names.append(name)
        ids[name] = id
        return id
    }

    /// The number of a name that occurs in the template.
    func existing(_ name: String) -> NameID? { ids[name] }

    mutating func markAssigned(_ id: NameID) { assigned.insert(id) }
    func isAssigned(_ id: NameID) -> Bool { assigned.contains(id) }
}
