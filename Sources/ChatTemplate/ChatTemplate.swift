package import OrderedJSON

/// A chat template in Jinja's language, checked and ready to render prompts.
///
/// What is not implemented of the language is refused when the template is loaded, never skipped. The semantics are
/// those of the environment `transformers` renders chat templates in: `trim_blocks`, `lstrip_blocks`, the immutable
/// sandbox, loop controls, the tag `generation` and its own `tojson`.
package struct ChatTemplate: Sendable {
    /// What messages call the template, usually its file name.
    package let name: String
    private let body: [Statement]
    private let names: NameTable
    private let hidden: [[NameID]]
    private let workLimit: Int

    /// What a rendering may cost unless said otherwise: a few seconds of a core.
    package static let standardWorkLimit = 1 << 32

    /// Parses and checks a template.
    ///
    /// - Parameters:
    ///   - source: The text of the template.
    ///   - name: What messages call it.
    ///   - workLimit: What a rendering may cost: one unit per byte copied or searched, 100 per expression evaluated.
    /// - Throws: `TemplateError` naming the line and what is wrong or not supported there.
    package init(
        source: String,
        name: String,
        workLimit: Int = ChatTemplate.standardWorkLimit
    ) throws(TemplateError) {
        var parser = try Parser(source: source, template: name)
        body = try parser.parse()
        names = parser.names
        hidden = parser.frames.hidden()
        self.name = name
        self.workLimit = workLimit
    }

    /// Renders a prompt.
    ///
    /// - Parameters:
    ///   - variables: What the template can read; all texts in it count as coming from outside.
    ///   - trusted: Variables whose text may be special tokens, such as `bos_token`.
    ///   - now: What `strftime_now` prints; without it a template that asks for the time fails.
    /// - Returns: The prompt, with what the template wrote of it.
    /// - Throws: `TemplateError` naming the line of what failed.
    package func render(
        _ variables: [String: JSONValue],
        trusted: [String: String] = [:],
        now: CalendarTime? = nil
    ) throws(TemplateError) -> RenderedPrompt {
        RenderedPrompt(try text(variables, trusted: trusted, now: now))
    }

    /// The prompt as it comes from the interpreter.
    func text(
        _ variables: [String: JSONValue],
        trusted: [String: String],
        now: CalendarTime?
    ) throws(TemplateError) -> TemplateString {
        var values: [String: Value] = [:]
        for (key, value) in trusted { values[key] = .string(TemplateString(trusted: value)) }
        for (key, value) in variables {
            do throws(TemplateError) { values[key] = try Value(value) } catch { throw error.located(in: name, line: 1) }
        }
        let renderer = Renderer(
            template: name,
            names: names,
            hidden: hidden,
            variables: values,
            now: now,
            workLimit: workLimit
        )
        return try renderer.render(body)
    }

    /// Whether the template mentions a variable of that name.
    package func mentions(_ variable: String) -> Bool { names.existing(variable) != nil }
}
