import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import actuary

/// `actuary bench quality` with the built-in model.
@Suite struct QualityBenchTests {
    private func logits(_ tokens: String) async throws -> Data {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appendingPathComponent("tokens.txt")
        let output = folder.appendingPathComponent("logits.f32")
        try Data(tokens.utf8).write(to: input)
        let arguments = [
            "--model", Fixtures.embeddedModel, "--tokens", input.path, "--logits", output.path, "--threads", "1",
        ]
        try await QualityBench.parse(arguments).run()
        return try Data(contentsOf: output)
    }

    @Test("a row of logits for every token, the same in a longer text")
    func rows() async throws {
        let few = try await logits("5 6 7")
        let many = try await logits((5..<80).map(String.init).joined(separator: "\n"))
        let rowBytes = few.count / 3
        #expect(few.count % 12 == 0 && many.count == 75 * rowBytes)
        #expect(many.prefix(few.count) == few)
    }

    @Test("tokens that are none are refused", arguments: ["", "1 2 x", "-1", "99999999"])
    func strangers(tokens: String) async throws {
        await #expect(throws: CommandFailure.self) { try await logits(tokens) }
    }
}
