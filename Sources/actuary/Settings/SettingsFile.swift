import Foundation
import Yams

/// The layer of the configuration file.
struct SettingsFile {
    /// The name under which errors mention it.
    let path: String
    let text: String

    init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// Reads the file.
    ///
    /// - Throws: `SettingsError.unreadable`, `.invalidYAML` if it is not UTF-8.
    init(path: String) throws(SettingsError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            let exists = FileManager.default.fileExists(atPath: path)
            throw .unreadable(path: path, reason: exists ? "is it a file that you may read?" : "there is no such file")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw .invalidYAML(.file(path, line: 1), problem: "the text is not UTF-8")
        }
        self.init(path: path, text: text)
    }

    /// Sets every key that the file holds.
    ///
    /// - Throws: `SettingsError` with the line of the first fault.
    func apply(to assembly: inout SettingsAssembly) throws(SettingsError) {
        guard let root = try compose() else { return }
        guard let sections = root.mapping else { throw .notAMapping(origin(root), key: nil) }
        for (sectionKey, section) in sections {
            let name = sectionKey.string ?? ""
            guard SettingKey.all.contains(where: { $0.name.hasPrefix("\(name).") }) else {
                throw .unknownKey(origin(sectionKey), key: name, suggestion: SettingNames.nearest(section: name))
            }
            // A section whose keys are all commented out.
            if case .null = value(of: section) { continue }
            guard let members = section.mapping else { throw .notAMapping(origin(sectionKey), key: name) }
            for (memberKey, member) in members {
                let full = "\(name).\(memberKey.string ?? "")"
                guard let key = SettingKey.named(full) else {
                    throw .unknownKey(origin(memberKey), key: full, suggestion: SettingNames.nearest(key: full))
                }
                try assembly.set(key, to: value(of: member), from: origin(memberKey))
            }
        }
    }

    /// The document, or nothing if the file has only comments.
    private func compose() throws(SettingsError) -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
            let key = keys.first ?? ""
            throw .duplicateKey(.file(path, line: repetition(of: key, after: context.mark)), key: key)
        } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _)
        {
            throw .invalidYAML(.file(path, line: mark.line), problem: problem)
        } catch {
            throw .invalidYAML(.file(path, line: 1), problem: "the text cannot be read")
        }
    }

    /// The line on which `key` comes again after `first`, at the same depth; the parser tells the first one only.
    private func repetition(of key: String, after first: Mark) -> Int {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let indent = String(repeating: " ", count: max(0, first.column - 1))
        for (index, line) in lines.enumerated().dropFirst(first.line) where line.hasPrefix("\(indent)\(key):") {
            return index + 1
        }
        return first.line
    }

    private func origin(_ node: Node) -> SettingOrigin { .file(path, line: node.mark?.line ?? 1) }

    private func value(of node: Node) -> SettingValue {
        guard let scalar = node.scalar else { return .collection }
        return switch node.tag.description {
        case "tag:yaml.org,2002:null": .null
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float": .number(scalar.string)
        case "tag:yaml.org,2002:bool": .bool(scalar.string)
        default: .text(scalar.string)
        }
    }
}
