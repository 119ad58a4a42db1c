/// Why a template cannot be loaded or a prompt cannot be made from it.
package enum TemplateError: Error, Equatable, Sendable {
    /// The template's text breaks the rules of the language. Found while loading.
    case syntax(template: String, line: Int, message: String)
    /// The template uses something of the language that is not implemented. Found while loading.
    case unsupported(template: String, line: Int, construct: String)
    /// An expression failed, as it would in Python: an undefined value, a wrong type, an index out of range.
    case evaluation(template: String, line: Int, message: String)
    /// The template itself refused its input by `raise_exception`.
    case raised(template: String, line: Int, message: String)
    /// The template did more work, or wrote more, than one prompt may cost.
    case limit(template: String, line: Int, message: String)
    /// The messages of a request cannot be rendered; `field` is the JSON path of the culprit.
    case invalidMessages(field: String, message: String)

    /// A failure whose place the renderer fills in.
    static func failed(_ message: String) -> TemplateError {
        .evaluation(template: "", line: 0, message: message)
    }

    /// A broken limit whose place the renderer fills in.
    static func exceeded(_ message: String) -> TemplateError {
        .limit(template: "", line: 0, message: message)
    }

    /// The same error with its place, if it has none yet.
    func located(in template: String, line: Int) -> TemplateError {
        switch self {
        case .evaluation("", 0, let message): .evaluation(template: template, line: line, message: message)
        case .limit("", 0, let message): .limit(template: template, line: line, message: message)
        case .raised("", 0, let message): .raised(template: template, line: line, message: message)
        default: self
        }
    }
}

extension TemplateError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .syntax(let template, let line, let message), .evaluation(let template, let line, let message),
            .limit(let template, let line, let message):
            "\(template) line \(line): \(message)"
        case .unsupported(let template, let line, let construct):
            "\(template) line \(line): \(construct) is not supported"
        case .raised(_, _, let message): message
        case .invalidMessages(let field, let message): "\(field): \(message)"
        }
    }
}
