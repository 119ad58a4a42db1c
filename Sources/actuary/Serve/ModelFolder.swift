import ChatTemplate
import Compute
import Foundation
import NemotronH
import OrderedJSON
import Tokenization

/// A model's folder or packed file: its weights, and what stands beside them.
struct ModelFolder {
    let path: String
    private let packed: PackedFile?

    /// Looks what is there; a packed file's table of contents is checked at once.
    ///
    /// - Throws: `CommandFailure.badInput`.
    init(path: String) throws(CommandFailure) {
        self.path = path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw .badInput(
                "there is no model at \(path): give a folder with config.json, a packed file, or 'embedded' for the "
                    + "built-in model"
            )
        }
        guard !isFolder.boolValue else {
            packed = nil
            return
        }
        do throws(ComputeError) { packed = try PackedFile(path: path) } catch { throw .badInput("\(error)") }
    }

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

    // MARK: - Folder or packed file

    /// Whether it is one file.
    var isPacked: Bool { packed != nil }

    /// Compares the checksums of a packed file; a folder has none.
    func verify(_ device: CPUDevice) throws(CommandFailure) {
        do throws(ComputeError) { try packed?.verify(team: device.team) } catch { throw .badInput("\(error)") }
    }

    /// The model's sizes, without its weights.
    func configuration() throws(CommandFailure) -> NemotronHConfiguration {
        let json: [UInt8]
        do { json = try read("config.json") } catch { throw .badInput("\(file("config.json")) cannot be read") }
        do throws(ModelError) {
            return try NemotronHConfiguration(json: json, file: file("config.json"))
        } catch { throw .badInput("\(error)") }
    }

    /// The weights on a device.
    func model(on device: CPUDevice) throws(CommandFailure) -> NemotronHModel {
        do throws(ModelError) {
            if let packed { return try NemotronHModel(packedFile: packed, device: device) }
            return try NemotronHModel(directory: path, device: device)
        } catch {
            throw .badInput("\(error)")
        }
    }

    /// Bytes of a packed file's tensors, by the name of their format.
    var bytesByFormat: [(String, Int)] {
        var bytes: [String: Int] = [:]
        for tensor in packed?.catalog.tensors.values ?? [:].values {
            if let format = tensor.format { bytes[format.name, default: 0] += tensor.byteRange.count }
        }
        return bytes.sorted { $0.key < $1.key }
    }

    private func file(_ name: String) -> String {
        isPacked ? "\(path): \(name)" : URL(fileURLWithPath: path).appendingPathComponent(name).path
    }

    private func exists(_ name: String) -> Bool {
        if let packed { return packed.files[name] != nil }
        return FileManager.default.fileExists(atPath: file(name))
    }

    private func read(_ name: String) throws -> [UInt8] {
        if let packed {
            guard let bytes = packed.bytes(of: name) else {
                throw CommandFailure.badInput("\(path) holds no \(name): pack the model's folder again")
            }
            return bytes
        }
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
        } catch {
            throw CommandFailure.badInput("cannot read \(file(name)): the model's folder must hold it")
        }
    }
}
