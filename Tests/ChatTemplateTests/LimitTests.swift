import ChatTemplate
import OrderedJSON
import Testing

/// What a hostile template or request cannot do.
@Suite struct LimitTests {
    @Test(
        "a template cannot run for ever, eat the memory or overflow the stack",
        .timeLimit(.minutes(2)),
        arguments: [
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            "{% macro f() %}{% if true %}{{ [f()] | join }}{% endif %}{% endmacro %}{{ f() }}",
            "{% macro f(x) %}{{ caller is defined }}{% call f(x) %}{% endcall %}{% endmacro %}{{ f(1) }}",
            "{% set ns = namespace(x='aaaaaaaaaa') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
            "{{ 'a' * 10000000000 }}", "{{ [1] * 10000000000 }}", "{{ 'a'.ljust(10000000000) }}",
            "{{ ('a' * 100000).replace('', 'b' * 100000) }}",
            "{{ ('a' * 100000) | replace('a', 'b' * 100000) }}", "{{ ('a' * 100000).join('b' * 100000) }}",
            "{{ 'a' | indent(10000000000) }}",
            "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
            "{% set ns = namespace(x=[]) %}{% for i in range(10000) %}{% set ns.x = [ns.x] %}{% endfor %}",
            "{% set ns = namespace(x={}) %}{% for i in range(10000) %}{% set ns.x = {'a': ns.x} %}{% endfor %}",
            "{% set ns = namespace(x=[1]) %}{% for i in range(10000) %}{% set ns.x = ns.x | map('int') %}{% endfor %}{{ ns.x | list }}",
            "{% set ns = namespace(x=(1,)) %}{% for i in range(100) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ ns.x == ns.x }}",
            "{% set ns = namespace(x=(1,)) %}{% for i in range(100) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ ns.x }}",
            "{% set ns = namespace(x=1) %}{% for i in range(100) %}{% set ns.x = {'a': ns.x, 'b': ns.x} %}{% endfor %}{{ ns.x | tojson }}",
            "{% for i in range(100000) %}{{ u * 100 }}{% endfor %}",
        ]
    )
    func bounded(source: String) throws {
        let template = try ChatTemplate(source: source, name: "t", workLimit: 1 << 24)
        let error = #expect(throws: TemplateError.self) {
            try template.render(["u": .string(String(repeating: "x", count: 10_000))])
        }
        guard case .limit("t", 1, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("objects that refer to each other in long chains are released")
    func chains() throws {
        let text = try Templates.render(
            """
            {% set ns = namespace(x=none) %}{% for i in range(5000) %}{% set ns.y = namespace(x=ns.x) %}\
            {% set ns.x = ns.y %}{% endfor %}{% set ns.x = ns %}{% macro m() %}{% endmacro %}{{ m() }}ok
            """
        )
        #expect(text == "ok")
    }

    @Test("a deep value of the request is refused")
    func deepValue() throws {
        var value: JSONValue = 1
        for _ in 0..<500 { value = [value] }
        let template = try ChatTemplate(source: "{{ x }}", name: "t")
        #expect(throws: TemplateError.self) { try template.render(["x": value]) }
    }

    @Test("the deepest allowed nesting works")
    func deepestAllowed() throws {
        #expect(
            try Templates.render(
                "{{ " + String(repeating: "(", count: 30) + "1" + String(repeating: ")", count: 30) + " }}"
            ) == "1"
        )
        let nested = String(repeating: "{% if true %}", count: 30) + "a" + String(repeating: "{% endif %}", count: 30)
        #expect(try Templates.render(nested) == "a")
        #expect(
            try Templates.render("{% macro f(n) %}{% if n %}{{ f(n - 1) }}{% endif %}a{% endmacro %}{{ f(40) }}").count
                == 41
        )
    }

    @Test("a message of megabytes is linear work", .timeLimit(.minutes(1)))
    func large() throws {
        let template = try Templates.load(Templates.nvidia)
        let text = String(repeating: "a/b </thin /think 🙂\n ", count: 5000)
        let prompt = try template.render(["messages": [["role": "user", "content": .string(text)]]])
        #expect(prompt.text.utf8.count > 80_000)
        let repetitive = String(repeating: "a", count: 40_000)
        let found = try Templates.render(
            "{{ (n ~ 'b') in x }}{{ x.rfind(n ~ 'b') }}",
            ["x": .string(repetitive), "n": .string(String(repetitive.prefix(20_000)))]
        )
        #expect(found == "False-1")
    }
}
