import ChatTemplate
import OrderedJSON
import Testing

/// What expressions and statements give; the expected texts are Python's.
@Suite struct EvaluationTests {
    static let variables: [String: JSONValue] = [
        "s": "Grüße 🙂e\u{301}", "l": [3, 1, 2], "d": ["b": 1, "a": [true, nil, 1.0], "items": 5], "n": nil,
        "people": [["name": "Bo", "age": 3], ["name": "al", "age": 7]], "big": .bigInteger("100000000000000000000"),
    ]

    @Test(
        "expressions",
        arguments: [
            ("1 + 2 * 3", "7"), ("-2 ** 2", "4"), ("2 ** 3 ** 2", "64"), ("7 // 2 ~ -7 // 2 ~ -7 % 3", "3-42"),
            ("1 / 2", "0.5"),
            ("1 < 2 < 3", "True"), ("1 < 3 < 2", "False"), ("not 1 == 2", "True"), ("1 in l and 5 not in l", "True"),
            ("'a' 'b' ~ 1 ~ none ~ true", "ab1NoneTrue"), ("1e16 ~ ' ' ~ 1e-5 ~ ' ' ~ 1.0", "1e+16 1e-05 1.0"),
            ("[1, 'a', none, true, 1.5, (1,), {'k': \"it's\"}]", "[1, 'a', None, True, 1.5, (1,), {'k': \"it's\"}]"),
            ("s | length", "9"), ("s[6]", "🙂"), ("s[-1]", "\u{301}"), ("s[::-1]", "\u{301}e🙂 eßürG"), ("s[1:4]", "rüß"),
            ("s.upper()", "GRÜSSE 🙂E\u{301}"), ("'ΑΣ ΣΑΣ'.lower()", "ας σας"),
            ("'ab cd'.title() ~ 'aB'.capitalize()", "Ab CdAb"),
            ("l[5] is defined", "False"), ("l[-1] ~ l[1:] ~ l[::-2]", "2[1, 2][2, 3]"), ("d.a[2]", "1.0"),
            ("d.b ~ d['b']", "11"),
            ("d.items() | list", "[('b', 1), ('a', [True, None, 1.0]), ('items', 5)]"), ("d['items']", "5"),
            ("d.nope is undefined", "True"),
            ("d | tojson", "{\"b\": 1, \"a\": [true, null, 1.0], \"items\": 5}"),
            ("[d.b] | tojson(indent=1)", "[\n 1\n]"),
            ("{'ä': '<&>'} | tojson ~ ({'ä': 1} | tojson(ensure_ascii=true))", "{\"ä\": \"<&>\"}{\"\\u00e4\": 1}"),
            ("big ~ (big | tojson)", "100000000000000000000100000000000000000000"), ("missing ~ 'x'", "x"),
            ("missing | default('y')", "y"),
            ("'' | default('z', true)", "z"), ("people | map(attribute='name') | join(', ')", "Bo, al"),
            ("people | selectattr('age', 'gt', 5) | map(attribute='name') | first", "al"),
            ("people | sort(attribute='name') | map(attribute='age') | list", "[7, 3]"),
            ("[1, 2, 3] | select('odd') | list", "[1, 3]"),
            ("(people | rejectattr('age', 'eq', 3) | list)[0].name", "al"),
            ("d | dictsort | map('first') | list", "['a', 'b', 'items']"),
            ("range(5) | list ~ range(3, 0, -1) | list", "[0, 1, 2, 3, 4][3, 2, 1]"),
            ("' a b  c '.split()", "['a', 'b', 'c']"),
            ("' a b c '.split(none, 1) ~ ' a b c '.rsplit(maxsplit=1)", "['a', 'b c '][' a b', 'c']"),
            ("'a,b,c'.split(',', 1)", "['a', 'b,c']"),
            ("'a,b,c'.rsplit(',', 1)", "['a,b', 'c']"),
            ("'xxaxx'.strip('x') ~ '\u{a0}\u{3000}y\u{200b}'.strip()", "ay\u{200b}"),
            ("'aaa'.replace('a', 'b', 2)", "bba"), ("'ab'.replace('', '-')", "-a-b-"),
            ("'abc'.startswith(('x', 'a')) ~ 'abc'.endswith('c')", "TrueTrue"),
            ("'héllo'.find('l') ~ 'héllo'.rfind('l') ~ 'aaa'.count('aa')", "231"),
            ("'%s is %d%%' % ('x', 5)", "x is 5%"), ("'{} {b!r}'.format(1, b='q')", "1 'q'"),
            ("3 is odd ~ (4 is divisibleby 2)", "TrueTrue"),
            ("2.5 | round ~ (2.675 | round(2)) ~ (7 | round(1))", "2.02.677"),
            ("'42.7' | int ~ ('x' | int(5)) ~ ('1e2' | float)", "425100.0"),
            ("1 == 1.0 and true == 1 and (1, 2) != [1, 2]", "True"), ("'a' if false", ""),
            ("none is none and n is none", "True"),
            ("[1, 2] is sequence and d is mapping and 'x' is iterable and 1 is not iterable", "True"),
            ("l.append is defined", "False"),
            ("'a\\nb' | indent(2)", "a\n  b"),
            ("range(10, 0, -3)[:1] ~ range(9)[::-2]", "range(10, 7, -3)range(8, -1, -2)"),
            ("'x' * 3 ~ [1] * 2", "xxx[1, 1]"),
            ("[[1, 2], [3]] | sum(start=[])", "[1, 2, 3]"),
            ("dict(a=1, **{'b': 2})", "{'a': 1, 'b': 2}"), ("-1 | abs", "1"), ("'a-b' | title", "A-B"),
            ("['b', 'A'] | sort | first", "A"),
        ]
    )
    func expression(source: String, expected: String) throws {
        #expect(try Templates.render("{{ " + source + " }}", Self.variables) == expected)
    }

    @Test(
        "statements",
        arguments: [
            ("{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = 9 %}{{ x }} {% endfor %}{{ x }}", "19 19 1"),
            ("{% for i in [1, 2] %}{% set y = i %}{% endfor %}{{ y is defined }}", "False"),
            ("{% if true %}{% set x = 5 %}{% endif %}{{ x }}", "5"),
            ("{% set ns = namespace(n=0) %}{% for i in l %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "6"),
            (
                "{% for i in l if i > 1 %}{{ loop.index }}{{ i }}{{ ',' if not loop.last }}{% else %}none{% endfor %}",
                "13,22"
            ),
            ("{% for i in [] %}x{% else %}none{% endfor %}", "none"),
            ("{% for i in l %}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.revindex }} {% endfor %}", "13 322 11 "),
            ("{% for i in l %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "32"),
            ("{% for i in l %}{{ i }}{% break %}{% endfor %}", "3"),
            ("{% for k, v in d.items() %}{{ k }}{% endfor %}{% for k in d %}{{ k }}{% endfor %}", "baitemsbaitems"),
            ("{% for i in [1] %}{% for j in [1, 2] %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}", "121"),
            ("{% macro m(a, b='x') %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(b=2, a=3) }}{{ m() }}", "1x32x"),
            ("{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, a=2) }}", "(1,){'a': 2}"),
            ("{% macro m() %}<{{ caller(1) }}>{% endmacro %}{% call(x) m() %}{{ x }}!{% endcall %}", "<1!>"),
            ("{% macro m() %}{{ late }}{% endmacro %}{% set late = 1 %}{{ m() }}", "1"),
            ("{% macro f(n) %}{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "3210"),
            ("{% set x %}a {{ l[0] }}{% endset %}{{ x | upper }}", "A 3"),
            ("{% set x | upper %}a{% endset %}{{ x }}{% filter replace('a', 'b') %}aa{% endfilter %}", "Abb"),
            ("{% set a, (b, c) = 1, (2, 3) %}{{ a }}{{ b }}{{ c }}", "123"),
            ("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}", "3False"),
            ("{% generation %}x{% endgeneration %}{% print 1, 2 %}", "x12"),
            ("{% for i in [1] %}{{ s }}{% endfor %}{% set s = 1 %}{{ s }}", "1"),
            ("{% if l %}{% for i in [1] %}{{ l[0] }}{% endfor %}{% set l = 1 %}{{ l }}{% endif %}", "31"),
            ("{% for i in [1] %}{% continue %}{% else %}none{% endfor %}", "none"),
            ("{% if n %}a{% elif l %}b{% else %}c{% endif %}", "b"),
        ]
    )
    func statement(source: String, expected: String) throws {
        #expect(try Templates.render(source, Self.variables) == expected)
    }

    @Test(
        "what Python raises is an error with the line",
        arguments: [
            "missing.x", "big + 1", "-big", "missing + 1", "d.nope + 1", "'a' + 1", "1 + 'a'", "1 / 0", "1 // 0",
            "l.append(1)",
            "d.update({})", "5()", "1 < 'a'",
            "{}[[]] + 1", "1 in 5", "n | length", "5 | length", "{[]: 1}", "'a'.split('')", "l | map('length') | list",
            "range(100001)", "n | tojson(1, 2, 3, 4, 5)",
            "missing | tojson", "'x'.index('y')", "l | sort(foo=1)", "['a', 1] | sort", "(l | map('abs')) | last",
            "'%d' % 'x'", "9223372036854775807 + 1",
            "raise_exception('no')", "strftime_now('%Y')", "d.a.b.c", "l[::0]", "-'a'", "l | join(missing.x)",
            "(l | map('abs')).x.y",
        ]
    )
    func failure(source: String) {
        let error = #expect(throws: TemplateError.self) {
            try Templates.render("\n\n{{ " + source + " }}", Self.variables)
        }
        switch error {
        case .evaluation("t", 3, let message), .raised("t", 3, let message): #expect(!message.isEmpty)
        default: Issue.record("\(String(describing: error))")
        }
    }

    @Test("the time is what the caller says it is")
    func time() throws {
        let template = try ChatTemplate(source: "{{ strftime_now('%d %b %Y, %A %H:%M:%S %j %-d') }}", name: "t")
        let now = CalendarTime(secondsSince1970: 1_709_210_096)
        #expect(now == CalendarTime(year: 2024, month: 2, day: 29, hour: 12, minute: 34, second: 56))
        #expect(try template.render([:], now: now).text == "29 Feb 2024, Thursday 12:34:56 060 29")
        #expect(
            CalendarTime(secondsSince1970: -1)
                == CalendarTime(year: 1969, month: 12, day: 31, hour: 23, minute: 59, second: 59)
        )
    }

    @Test("a message of raise_exception reaches the caller")
    func raised() {
        #expect(throws: TemplateError.raised(template: "t", line: 2, message: "Only 3 roles")) {
            try Templates.render("\n{{ raise_exception('Only ' ~ l[0] ~ ' roles') }}", Self.variables)
        }
    }
}
