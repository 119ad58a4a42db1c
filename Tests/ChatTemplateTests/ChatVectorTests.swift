import ChatTemplate
import OrderedJSON
import TestSupport
import Testing

/// The prompts `transformers` renders, from the checkpoint's template and from our own.
@Suite struct ChatVectorTests {
    static let file: JSONValue? = try? JSONValue(parsing: Fixtures.bytes("chat/nemotron-nano-9b-v2.json"))

    @Test("every vector renders as transformers renders it", arguments: [Templates.nvidia, Templates.ours])
    func vectors(path: String) throws {
        let template = try Templates.load(path)
        let cases = try #require(Self.file?["cases"]?.array)
        #expect(cases.count >= 43)
        for vector in cases {
            let prompt = try template.render(Self.variables(vector))
            #expect(prompt.text == vector["prompt"]?.string, "\(vector["name"]?.string ?? "")")
        }
    }

    @Test("what Python cannot render is an error with a line", arguments: [Templates.nvidia, Templates.ours])
    func errors(path: String) throws {
        let template = try Templates.load(path)
        let cases = try #require(Self.file?["errors"]?.array)
        #expect(cases.count >= 5)
        for vector in cases {
            let name = vector["name"]?.string ?? ""
            let error = #expect(throws: TemplateError.self, "\(name)") {
                try template.render(Self.variables(vector))
            }
            guard case .evaluation("chat_template.jinja", let line, let message) = error else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
            #expect(line > 1 && !message.isEmpty)
        }
    }

    @Test("the builder renders every vector with one system message alike")
    func builder() throws {
        let builder = PromptBuilder(template: try Templates.load(Templates.nvidia), specialTokens: [:])
        for vector in try #require(Self.file?["cases"]?.array) where vector["name"]?.string != "two system messages" {
            let prompt = try builder.build(
                messages: try #require(vector["messages"]?.array),
                tools: vector["tools"]?.array,
                addGenerationPrompt: vector["add_generation_prompt"]?.bool ?? false,
                continueFinalMessage: vector["continue_final_message"]?.bool
            )
            #expect(prompt.text == vector["prompt"]?.string, "\(vector["name"]?.string ?? "")")
        }
    }

    private static func variables(_ vector: JSONValue) -> [String: JSONValue] {
        var variables: [String: JSONValue] = [:]
        for name in ["messages", "tools", "add_generation_prompt", "continue_final_message"] {
            if let value = vector[name] { variables[name] = value }
        }
        return variables
    }
}
