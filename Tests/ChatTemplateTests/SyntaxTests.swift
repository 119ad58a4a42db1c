import ChatTemplate
import OrderedJSON
import Testing

/// What is refused when a template is loaded.
@Suite struct SyntaxTests {
    @Test(
        "what is not supported is named with its line",
        arguments: [
            ("a\n{{ x | urlize }}", 2, "filter 'urlize'"),
            ("{{ x is escaped }}", 1, "test 'escaped'"),
            ("{% include 'a' %}", 1, "tag 'include'"),
            ("\n\n{% block a %}{% endblock %}", 3, "tag 'block'"),
            ("{{ lipsum() }}", 1, "function 'lipsum'"),
            ("{{ x.encode() }}", 1, "method 'encode'"),
            ("{{ x | map('urlize') | list }}", 1, "filter 'urlize'"),
            ("{{ x | selectattr('a', 'escaped') | list }}", 1, "test 'escaped'"),
            ("{% for a in b recursive %}{% endfor %}", 1, "a recursive loop"),
            ("{{ '\\N{DASH}' }}", 1, "the string escape '\\N'"),
            ("{{ 99999999999999999999 }}", 1, "a whole number beyond 64 bits"),
        ]
    )
    func unsupported(source: String, line: Int, construct: String) {
        #expect(throws: TemplateError.unsupported(template: "t", line: line, construct: construct)) {
            try ChatTemplate(source: source, name: "t")
        }
    }

    @Test("an error reads as name, line and construct")
    func description() {
        let error = TemplateError.unsupported(template: "chat_template.jinja", line: 12, construct: "filter 'urlize'")
        #expect("\(error)" == "chat_template.jinja line 12: filter 'urlize' is not supported")
    }

    @Test(
        "a template that breaks the grammar is refused",
        arguments: [
            "{{ a", "{% if a %}", "{% endif %}", "{{ 'a }}", "{{ a b }}", "{% set %}", "{{ (a }}", "{{ ] }}", "{# a",
            "{% raw %}",
            "{% for a in b %}{% endif %}", "{% break %}", "{{ a. }}", "{{ }}", "{% set a.b.c = 1 %}", "{{ 1 if }}",
            "{{ a | }}", "{{ f(a=1, 2) }}", "{{ f(a=1, a=2) }}", "{% macro m(a=1, b) %}{% endmacro %}",
            "{% set 1 = 2 %}",
            "{{ \u{1} }}", "{{ 'a' is }}", "{% call x %}{% endcall %}", "{{ a is string is string }}",
        ]
    )
    func broken(source: String) {
        let error = #expect(throws: TemplateError.self) { try ChatTemplate(source: source, name: "t") }
        guard case .syntax("t", 1, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "white space control",
        arguments: [
            ("  {% if true %}  \n  a\n  {% endif %}  \nb", "  \n  a\n  \nb"),
            ("x  {% if true %}\na{% endif %}", "x  a"),
            ("  {%+ if true %}a{% endif %}", "  a"),
            ("{% if true +%}\na{% endif %}", "\na"),
            (" a {%- if true -%} \n b {%- endif -%} c ", " abc "),
            ("a {{- 'b' -}} c", "abc"),
            ("a {{ 'b' }}\n c", "a b\n c"),
            ("{# x #}\na {#- y -#} b", "ab"),
            ("a\u{3000}{{- 'b' -}}\u{85}c", "abc"),
            ("{% raw %}\n {{ x }} {%- endraw %}\n.", "\n {{ x }}."),
            ("a\n", "a"), ("a\n\n", "a\n"), ("a\r\nb\rc", "a\nb\nc"),
            ("{{ '}}' ~ {'a': {'b': 1}}.a.b }}", "}}1"),
        ]
    )
    func whiteSpace(source: String, expected: String) throws {
        #expect(try Templates.render(source) == expected)
    }

    @Test(
        "deep nesting is refused, not a crash",
        arguments: [
            ("", "("), ("", "["), ("", "{'a':"), ("", "-"), ("", "not "), ("a", ".b"), ("a", "|trim"), ("1", "+1"),
            ("a", " if a else a"),
            ("a", "(a"), ("a", "**a"), ("a", "[0]"), ("a", " is string and a"), ("a", "~a~(a"),
        ]
    )
    func deepExpressions(start: String, repeated: String) {
        let source = "{{ " + start + String(repeating: repeated, count: 4000) + "1 }}"
        #expect(throws: TemplateError.self) { try ChatTemplate(source: source, name: "t") }
    }

    @Test(
        "deep blocks are refused, not a crash",
        arguments: ["{% if a %}", "{% for a in b %}", "{% set a %}", "{% macro a() %}"]
    )
    func deepBlocks(source: String) {
        #expect(throws: TemplateError.self) {
            try ChatTemplate(source: String(repeating: source, count: 3000), name: "t")
        }
    }

    @Test("any prefix of a template loads or is refused, and never crashes")
    func prefixes() throws {
        let source = Array(try String(decoding: FixtureText.nvidia(), as: UTF8.self).unicodeScalars)
        for length in stride(from: 0, through: source.count, by: 61) {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: source[..<length])
            do throws(TemplateError) {
                let template = try ChatTemplate(source: String(text), name: "t")
                _ = try template.render(["messages": [["role": "user", "content": "a"]]])
            } catch {}
        }
    }
}
