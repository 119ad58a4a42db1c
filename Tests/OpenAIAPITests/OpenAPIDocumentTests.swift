import OrderedJSON
import Testing

@testable import OpenAIAPI

/// The document says what is declared, and nothing else.
@Suite struct OpenAPIDocumentTests {
    private static let document = OpenAPIDocument(vocabularySize: 100, maxChoices: 7).json

    private static func schema(_ name: String) throws -> JSONValue {
        try #require(document["components"]?["schemas"]?[name])
    }

    private static func property(_ name: String, of component: String = "ChatCompletionRequest") throws -> JSONValue {
        try #require(try schema(component)["properties"]?[name])
    }

    @Test("the same server writes the same bytes")
    func deterministic() throws {
        let again = OpenAPIDocument(vocabularySize: 100, maxChoices: 7).json
        #expect(again.utf8() == Self.document.utf8())
        #expect(try JSONValue(parsing: again.utf8())["openapi"] == "3.1.0")
    }

    @Test("every reference leads somewhere, and every component is referred to")
    func references() {
        var found: Set<String> = []
        Self.walk(Self.document) { if let reference = $0["$ref"]?.string { found.insert(reference) } }
        var known: Set<String> = []
        for kind in ["schemas", "headers"] {
            for name in Self.document["components"]?[kind]?.object?.keys ?? [] {
                known.insert("#/components/\(kind)/\(name)")
            }
        }
        #expect(found == known && !known.isEmpty)
    }

    @Test("every field that is declared is in the schema of its body, and no other")
    func fields() throws {
        let tables: [(String, ParameterTable)] = [
            ("ChatCompletionRequest", ChatParameters.completion), ("ResponseRequest", ResponsesParameters.body),
            ("CompletionRequest", CompletionParameters.body(vocabularySize: 100)),
            ("MessageRequest", MessagesParameters.message), ("CountTokensRequest", MessagesParameters.counted),
        ]
        for (name, table) in tables {
            let properties = try Self.schema(name)["properties"]?.object?.keys ?? []
            #expect(Set(properties) == Set(table.parameters.map(\.name)), "\(name)")
            let required = try Self.schema(name)["required"]?.array?.compactMap(\.string) ?? []
            #expect(required == table.parameters.filter(\.isRequired).map(\.name), "\(name)")
        }
    }

    @Test("bounds, words, settings of this server and null are in the schemas")
    func bounds() throws {
        let temperature = try Self.property("temperature")
        #expect(temperature["type"] == ["number", "null"])
        #expect(temperature["minimum"]?.number == 0 && temperature["maximum"]?.number == 2)
        #expect(try Self.property("top_p")["exclusiveMinimum"]?.number == 0)
        #expect(try Self.property("n")["maximum"] == 7)
        #expect(try Self.property("reasoning_effort")["enum"]?.array?.contains("low") == true)
        #expect(try Self.property("stop")["anyOf"]?.array?.count == 3)
        #expect(try Self.property("messages")["minItems"] == 1)
        #expect(try Self.property("messages")["items"]?["oneOf"]?.array?.count == 6)
        #expect(try Self.property("tokens", of: "DetokenizeRequest")["items"]?["maximum"] == 99)
        // What is refused takes its neutral values only, and what is closed no other members.
        #expect(try Self.property("best_of")["enum"] == [1, nil])
        #expect(try Self.property("n_predict")["description"]?.string?.contains("max_completion_tokens") == true)
        #expect(try Self.property("thinking")["additionalProperties"] == ["type": "null"])
        #expect(try Self.property("logit_bias")["maxProperties"] == 1024)
    }

    @Test("a message without a type is a message, and other items need theirs")
    func impliedWord() throws {
        let input = try #require(try Self.property("input", of: "ResponseRequest")["anyOf"]?.array?.last)
        let items = try #require(input["items"]?["oneOf"]?.array)
        #expect(items.count(where: { $0["required"]?.array?.contains("type") == true }) == items.count - 1)
        #expect(items.first?["properties"]?["type"]?["enum"] == ["message", nil])
    }

    @Test("operations have names of their own, errors in their own words, and keys where they need them")
    func operations() throws {
        var names: [String] = []
        for (path, methods) in try #require(Self.document["paths"]?.object) {
            for (_, operation) in methods.object ?? [:] {
                names.append(try #require(operation["operationId"]?.string))
                let isOpen = operation["security"] == []
                #expect(isOpen != (path.hasPrefix("/v1/") || path.hasSuffix("tokenize")), "\(path)")
                let error = operation["responses"]?["500"]?["content"]?["application/json"]?["schema"]?["$ref"]?.string
                let isForAnthropic = path.hasPrefix("/v1/messages")
                #expect(isOpen || error?.hasSuffix(isForAnthropic ? "/MessagesError" : "/Error") == true, "\(path)")
            }
        }
        #expect(Set(names).count == names.count && names.count == OpenAPIDocument.endpoints.count)
    }

    private static func walk(_ value: JSONValue, _ visit: (JSONValue) -> Void) {
        visit(value)
        for (_, member) in value.object ?? [:] { walk(member, visit) }
        for element in value.array ?? [] { walk(element, visit) }
    }
}
