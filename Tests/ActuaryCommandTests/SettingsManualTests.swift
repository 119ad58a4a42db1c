import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import actuary

@Suite struct SettingsManualTests {
    private static let path = Fixtures.path("../../Config/actuary.yaml")

    @Test("the operator's manual holds every key with exactly its default")
    func everyKeyWithItsDefault() throws {
        var assembly = SettingsAssembly()
        try SettingsFile(path: Self.path).apply(to: &assembly)
        #expect(Set(assembly.origins.keys) == Set(SettingKey.all.map(\.name)))
        #expect(assembly.settings == Settings())
    }

    @Test("the manual holds the keys in the program's order")
    func order() throws {
        var assembly = SettingsAssembly()
        try SettingsFile(path: Self.path).apply(to: &assembly)
        let lines = SettingKey.all.compactMap { key -> Int? in
            guard case .file(_, let line)? = assembly.origins[key.name] else { return nil }
            return line
        }
        #expect(lines.count == SettingKey.all.count)
        #expect(lines == lines.sorted())
    }

    @Test("every key and every section has prose above it")
    func prose() throws {
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: Self.path)), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        for (index, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("#") {
            #expect(lines[index - 1].hasPrefix("# "), "line \(index + 1) says nothing about '\(line)'")
        }
    }

    @Test("the manual names every flag that stands for a key, and no other")
    func flags() throws {
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: Self.path)), as: UTF8.self)
        let named = text.matches(of: #/Flag: (--[a-z-]+)\./#).map { String($0.1) }
        let offered = ServeOptions.helpMessage().matches(of: #/ (--[a-z-]+) </#).map { String($0.1) }
        #expect(Set(offered).subtracting(["--config"]) == Set(named))
        #expect(Set(named).count == named.count)
    }
}
