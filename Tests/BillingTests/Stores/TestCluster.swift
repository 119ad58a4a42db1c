import Foundation

@testable import Billing

/// A PostgreSQL of one test's own, which can be stopped.
final class TestCluster {
    private let folder: String
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../postgres.sh").standardized.path

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("actuary-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// Starts it, and tells its URL, which stays the same.
    func start() throws -> String { try run("start", folder) }

    func stop(mode: String) throws { _ = try run("stop", folder, mode) }

    func remove() {
        _ = try? run("stop", folder, "immediate")
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func run(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: TestCluster.script)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw StoreError.unreachable("postgres.sh failed") }
        return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
