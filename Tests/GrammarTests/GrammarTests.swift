import Grammar
import OrderedJSON
import Testing

@Suite struct GrammarTests {
    static let schemas = [
        #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"required":["a","b"]}"#,
        #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"number"},"c":{"enum":["x",5,null]}}}"#,
        #"{"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":4}"#,
        #"{"type":"string","minLength":3,"maxLength":6}"#, #"{"type":"string","pattern":"ab\"c","maxLength":9}"#,
        #"{"type":"string","pattern":"^[a-c]{2,4}-\\d+$"}"#, #"{"type":"string","format":"date-time"}"#,
        #"{"type":"number","minimum":-1.5,"exclusiveMaximum":3}"#, #"{"type":"integer","multipleOf":7}"#,
        #"{"anyOf":[{"type":"string","maxLength":3},{"enum":["größe","abc"]},{"type":"null"}]}"#,
        ##"{"$ref":"#/$defs/n","$defs":{"n":{"type":"array","items":{"$ref":"#/$defs/n"},"maxItems":2}}}"##,
        #"{"type":"object","properties":{"ab":{"type":"null"}},"additionalProperties":{"type":"boolean"}}"#, "{}",
    ]

    @Test("masks are exactly the tokens that may come, and what they lead to is JSON", arguments: schemas)
    func masks(schema: String) throws {
        let grammar = try Grammar.jsonSchema(try JSONValue(parsing: schema))
        var random = SplitMix(state: 7)
        var finished = 0
        for _ in 0..<12 {
            let (text, isConsistent) = grammar.sample(&random)
            #expect(isConsistent)
            guard let text else { continue }
            finished += 1
            #expect(throws: Never.self) { try JSONValue(parsing: text) }
        }
        #expect(finished >= 6)
    }

    @Test(
        "regular expressions take what they match as a whole and nothing else",
        arguments: [
            ("a|bc", ["a", "bc"], ["", "ab", "abc"]), ("(a*)*b", ["b", "aaab"], ["a", "ba"]),
            (#"\d{2,3}[^x]?"#, ["12", "123é", "12\n"], ["1", "12x", "1234567"]),
            (#"^(?:x|\u{1F600})+$"#, ["x😀x", "😀"], ["", "😁"]), (".", ["a", "é", "😀"], ["", "\n", "ab"]),
            (#"[\w.-]+@[a-c\]]"#, ["a_1.b-c@]"], ["@a", "a@d"]), (#"\x41\u00e9\/"#, ["Aé/"], ["A"]),
            ("a{0}b{2}c{1,}", ["bbc", "bbccc"], ["bb", "abbc"]), ("(?<n>x)b?", ["x", "xb"], ["ab"]),
        ]
    )
    func regex(pattern: String, taken: [String], refused: [String]) throws {
        let grammar = try Grammar.regex(pattern)
        for text in taken { #expect(grammar.takes(text), "\(pattern) on \(text)") }
        for text in refused { #expect(!grammar.takes(text), "\(pattern) on \(text)") }
    }

    @Test(
        "what is no regular expression, or more than one, is refused",
        arguments: [
            "(a", "a)", "[a", "*", "a**", "(?=a)", "(?<!a)", #"\1"#, #"\b"#, #"\q"#, "a^b", "a{3,2}", "[z-a]", #"a\"#,
            "((a{1000}){1000}){1000}", #"\u{110000}"#, #"\ud800"#,
        ]
    )
    func badRegex(pattern: String) {
        #expect(throws: GrammarError.self) { try Grammar.regex(pattern) }
    }

    @Test("GBNF: rules in any order, recursion, comments, counts")
    func gbnf() throws {
        let grammar = try Grammar.gbnf(
            """
            root ::= item (", " item)* # a list
            item ::= [a-c]+ | "(" root ")" |
              "\\"" [^"\\x00-\\x1f]{0,2} "\\""
            """
        )
        for text in ["a", "abc, (b, (c))", "\"é\""] { #expect(grammar.takes(text)) }
        for text in ["", "a,", "(a", "\"abc\"", "d"] { #expect(!grammar.takes(text)) }
    }

    @Test(
        "grammars that cannot be followed are refused",
        arguments: [
            ("root ::= root \"a\" | \"b\"", GrammarError.leftRecursion(rule: "root")),
            ("root ::= (\"q\")? x\nx ::= root", .leftRecursion(rule: "root")), ("root ::= y", .undefinedRule("y")),
            ("x ::= \"a\"", .undefinedRule("root")), ("root ::= \"a\" root", .matchesNothing(path: "")),
        ]
    )
    func badGrammar(text: String, error: GrammarError) {
        #expect(throws: error) { try Grammar.gbnf(text) }
    }

    @Test("bounds of numbers hold, decimals too")
    func bounds() throws {
        let integer = try Grammar.jsonSchema(["type": "integer", "minimum": -17, "exclusiveMaximum": 250])
        for number in -300...300 { #expect(integer.takes(String(number)) == (number >= -17 && number < 250)) }
        let number = try Grammar.jsonSchema(["type": "number", "minimum": 0.2, "exclusiveMaximum": 0.7])
        for text in ["0.20", "0.55", "0.69"] { #expect(number.takes(text)) }
        for text in ["0", "1", "0.19", "0.70", "0.7", "-0.30"] { #expect(!number.takes(text)) }
        let even = try Grammar.jsonSchema(["type": "integer", "multipleOf": 12])
        for number in -200...200 { #expect(even.takes(String(number)) == (number % 12 == 0)) }
        #expect(!even.takes("012"))
    }

    @Test("a string's length counts characters, escapes as one")
    func lengths() throws {
        let grammar = try Grammar.jsonSchema(["type": "string", "minLength": 2, "maxLength": 3])
        for text in [#""ab""#, #""é😀\n""#, #""\"\\""#] { #expect(grammar.takes(text)) }
        for text in [#""a""#, #""abcd""#, #""é""#, "\"a\nb\""] { #expect(!grammar.takes(text)) }
    }

    @Test(
        "what a schema cannot hold is named with its path",
        arguments: [
            (#"{"type":"string","if":{}}"#, "s.if"), (#"{"properties":{"a":{"not":{}}}}"#, "s.properties.a.not"),
            (#"{"type":"array","items":{"type":"strin"}}"#, "s.items.type"), (#"{"$ref":"http://x/y"}"#, "s.$ref"),
            (#"{"type":"array","uniqueItems":true}"#, "s.uniqueItems"),
            (#"{"anyOf":[{"type":"null"},5]}"#, "s.anyOf[1]"),
            (#"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#, "s.oneOf"),
            (#"{"type":"number","multipleOf":0.1}"#, "s.multipleOf"),
            (#"{"type":"object","required":["a"],"additionalProperties":false}"#, "s"),
            (##"{"$ref":"#/$defs/a","$defs":{"a":{"pattern":"(?!x)"}}}"##, "s.$defs.a.pattern"),
        ]
    )
    func unsupported(schema: String, path: String) throws {
        let value = try JSONValue(parsing: schema)
        let error = try #require(throws: GrammarError.self) { try Grammar.jsonSchema(value, path: "s") }
        #expect(error.path == path)
    }

    @Test("hostile schemas end as an error or a grammar of bounded size", arguments: 0..<6)
    func hostile(kind: Int) throws {
        let schema: JSONValue =
            switch kind {
            case 0: ["type": "string", "maxLength": 1_000_000_000]
            case 1:
                (0..<30).reduce(["type": "string", "maxLength": 50]) { inner, _ in
                    ["type": "array", "items": inner, "maxItems": 9_000]
                }
            case 2: (0..<100).reduce(["type": "null"]) { inner, _ in ["anyOf": [inner, inner]] }
            case 3: ["type": "string", "pattern": "(((a{0,99}){0,99}){0,99}){0,99}", "maxLength": 90]
            case 4: ["$ref": "#/$defs/a", "$defs": ["a": ["anyOf": [["$ref": "#/$defs/a"], ["$ref": "#/$defs/a"]]]]]
            default: ["type": "integer", "multipleOf": 7, "minimum": 0, "maximum": 1_000_000_000_000]
            }
        #expect(throws: GrammarError.self) { try Grammar.jsonSchema(schema) }
    }
}

@Suite struct GrammarFuzzTests {
    @Test("random texts compile or are refused, and what compiles can be followed", arguments: 0..<4)
    func fuzz(seed: UInt64) {
        var random = SplitMix(state: seed)
        let alphabet = Array(#"ab1()[]{}|*+?.^$\-,:="'# n"#.unicodeScalars) + ["\n", "é"]
        var compiled = 0
        for _ in 0..<600 {
            let text = String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 1...14, using: &random)).map { _ in
                        alphabet.randomElement(using: &random) ?? "a"
                    }
                )
            )
            for grammar in [try? Grammar.regex(text), try? Grammar.gbnf("root ::= " + text)].compactMap({ $0 }) {
                compiled += 1
                #expect(grammar.sample(&random, atMost: 6).isConsistent)
            }
        }
        #expect(compiled > 50)
    }

    @Test("random schemas compile or are refused", arguments: 0..<4)
    func schemas(seed: UInt64) {
        var random = SplitMix(state: seed)
        for _ in 0..<200 {
            let schema = value(depth: 4, &random)
            guard let grammar = try? Grammar.jsonSchema(schema) else { continue }
            #expect(grammar.sample(&random, atMost: 4).isConsistent)
        }
    }

    private func value(depth: Int, _ random: inout SplitMix) -> JSONValue {
        let keywords = [
            "type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "properties", "required", "items", "minItems",
            "maxLength", "pattern", "minimum", "additionalProperties", "prefixItems", "format", "multipleOf",
        ]
        let scalars: [JSONValue] = [
            "object", "string", "array", "integer", "a", "#", "#/properties", 0, 3, -1, 1.5, true, false, nil, "uuid",
        ]
        switch Int.random(in: 0..<(depth > 0 ? 5 : 2), using: &random) {
        case 0, 1: return scalars.randomElement(using: &random) ?? nil
        case 2: return .array((0..<2).map { _ in value(depth: depth - 1, &random) })
        default:
            var members = JSONObject()
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                members[keywords.randomElement(using: &random) ?? "type"] = value(depth: depth - 1, &random)
            }
            return .object(members)
        }
    }
}
