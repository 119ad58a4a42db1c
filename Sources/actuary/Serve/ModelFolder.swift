import ChatTemplate
import Foundation
import OrderedJSON
import Tokenization

/// Reads what stands beside the weights in a model's folder: tokenizer, template and their settings.
struct ModelFolder {
    let path: String

    /// The last part of the path, under which the model is served.
    var name: String { URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent }

    /// The tokenizer of `tokenizer.json`.
    ///
    /// - Throws: `CommandFailure` that names the file and the field at fault.
    func tokenizer() throws -> Tokenizer {
        let bytes = try read("tokenizer.json")
        do {
            return try Tokenizer(tokenizerJSON: bytes)
        } catch {
            throw CommandFailure.badInput("\(file("tokenizer.json")): \(error)")
        }
    }

    /// The chat template, from `chat_template.jinja` or `tokenizer_config.json`, with the names of the special tokens.
    ///
    /// - Throws: `CommandFailure` that names the file, and the line of what cannot be used.
    func promptBuilder() throws -> PromptBuilder {
        let configuration = try tokenizerConfiguration()
        let (source, name) = try templateSource(configuration)
        do {
            let template = try ChatTemplate(source: source, name: name)
            return PromptBuilder(template: template, specialTokens: specialTokens(configuration))
        } catch {
            throw CommandFailure.badInput("\(error)")
        }
    }

    private func templateSource(_ configuration: JSONValue) throws -> (source: String, name: String) {
        if exists("chat_template.jinja") {
            let bytes = try read("chat_template.jinja")
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CommandFailure.badInput("\(file("chat_template.jinja")) is not UTF-8")
            }
            return (text, file("chat_template.jinja"))
        }
        let name = "\(file("tokenizer_config.json")): chat_template"
        switch configuration["chat_template"] {
        case .string(let source)?: return (source, name)
        case .array(let named)?:
            // Several templates: each has a name, and "default" is the one for chats.
            if let source = named.first(where: { $0["name"] == "default" })?["template"]?.string {
                return (source, name)
            }
        default: break
        }
        throw CommandFailure.badInput(
            "\(path) has no chat template: add chat_template.jinja, or chat_template in tokenizer_config.json"
        )
    }

    /// A token is written as its text, or as an object that holds it.
    private func specialTokens(_ configuration: JSONValue) -> [String: String] {
        var tokens: [String: String] = [:]
        for key in ["bos_token", "eos_token", "pad_token", "unk_token"] {
            tokens[key] = configuration[key]?.string ?? configuration[key]?["content"]?.string
        }
        return tokens
    }

    private func tokenizerConfiguration() throws -> JSONValue {
        guard exists("tokenizer_config.json") else { return [:] }
        do {
            return try JSONValue(parsing: read("tokenizer_config.json"), options: .python)
        } catch let error as JSONParseError {
            throw CommandFailure.badInput("\(file("tokenizer_config.json")): \(error)")
        }
    }

    private func file(_ name: String) -> String { URL(fileURLWithPath: path).appendingPathComponent(name).path }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    private func read(_ name: String) throws -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
        } catch {
            throw CommandFailure.badInput("cannot read \(file(name)): the model's folder must hold it")
        }
    }
}
