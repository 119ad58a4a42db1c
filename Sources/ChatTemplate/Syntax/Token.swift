/// A piece of a template's source.
struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        /// Text between tags.
        case data([UInt8])
        case variableBegin
        case variableEnd
        case blockBegin
        case blockEnd
        case name(String)
        case string([UInt8])
        case integer(Int)
        case float(Double)
        case symbol(Symbol)
        case end
    }

    enum Symbol: String, Sendable, CaseIterable {
        case floorDivide = "//"
        case power = "**"
        case equal = "=="
        case notEqual = "!="
        case greaterOrEqual = ">="
        case lessOrEqual = "<="
        case plus = "+"
        case minus = "-"
        case slash = "/"
        case star = "*"
        case percent = "%"
        case tilde = "~"
        case leftBracket = "["
        case rightBracket = "]"
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case leftBrace = "{"
        case rightBrace = "}"
        case greater = ">"
        case less = "<"
        case assign = "="
        case dot = "."
        case colon = ":"
        case pipe = "|"
        case comma = ","
        case semicolon = ";"
    }

    let kind: Kind
    let line: Int

    /// What a message calls it.
    var description: String {
        switch kind {
        case .data: "template text"
        case .variableBegin: "'{{'"
        case .variableEnd: "end of print statement"
        case .blockBegin: "'{%'"
        case .blockEnd: "end of statement block"
        case .name(let name): "'\(name)'"
        case .string: "a string"
        case .integer(let number): "\(number)"
        case .float(let number): "\(number)"
        case .symbol(let symbol): "'\(symbol.rawValue)'"
        case .end: "end of template"
        }
    }
}
