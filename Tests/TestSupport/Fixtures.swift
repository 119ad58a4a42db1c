import Foundation

/// Finds golden files under `Tests/Fixtures`.
package enum Fixtures {
    /// The folder `Tests/Fixtures` of the checkout that was compiled.
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// The absolute path of a fixture, for example `path("models/moe")`.
    package static func path(_ relative: String) -> String { root.appendingPathComponent(relative).path }

    /// The folder of the built-in model, as it is shipped.
    package static let embeddedModel =
        root.appendingPathComponent("../../Sources/actuary/Resources/actuary-embedded").standardized.path

    /// The folder of what `transformers` computes from the built-in model.
    package static let embeddedGolden = root.appendingPathComponent("../EmbeddedModel/golden").standardized.path

    /// The bytes of a fixture.
    ///
    /// - Throws: Foundation's error if the file cannot be read.
    package static func bytes(_ relative: String) throws -> [UInt8] {
        try bytes(at: path(relative))
    }

    /// The bytes of any file.
    ///
    /// - Throws: Foundation's error if the file cannot be read.
    package static func bytes(at path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
