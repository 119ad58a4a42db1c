/// A statement of a template, with the line it stands on.
struct Statement: Sendable {
    let line: Int
    let kind: Kind

    indirect enum Kind: Sendable {
        /// Text of the template itself.
        case text(TemplateString)
        /// `{{ … }}`
        case output(Expression)
        case set(AssignmentTarget, Expression)
        /// `{% set x %}…{% endset %}`; the filter's base is the text.
        case setBlock(AssignmentTarget, filter: Expression?, body: Block)
        case branch([(test: Expression, body: [Statement])], otherwise: [Statement])
        case loop(ForLoop)
        case macro(NameID, MacroDefinition)
        case callBlock(callee: Expression, Arguments, body: MacroDefinition)
        case filterBlock(Expression, body: Block)
        case with([(target: AssignmentTarget, value: Expression)], body: Block)
        /// `{% generation %}…{% endgeneration %}`: marks what an assistant wrote; rendered as it is.
        case generation(body: Block)
        case breakLoop
        case continueLoop
    }
}

/// Statements with variables of their own.
struct Block: Sendable {
    let statements: [Statement]
    let frame: FrameID
}

/// The number of a block in its template.
struct FrameID: Hashable, Sendable {
    let index: Int
}

/// What a `set` or a `for` gives a value to.
indirect enum AssignmentTarget: Sendable {
    case name(NameID)
    case namespaceAttribute(NameID, String)
    case tuple([AssignmentTarget])
}

/// `{% for target in sequence if test %}body{% else %}otherwise{% endfor %}`
struct ForLoop: Sendable {
    let target: AssignmentTarget
    let sequence: Expression
    let test: Expression?
    let body: Block
    let otherwise: Block
}

/// The parameters and body of a macro or call block.
struct MacroDefinition: Sendable {
    /// `nil` for a call block.
    let name: String?
    let parameters: [(name: String, id: NameID, standard: Expression?)]
    let body: Block
    /// Whether the body reads the special variables of that name.
    let usesCaller: Bool
    let usesKeywordArguments: Bool
    let usesVariableArguments: Bool
}
