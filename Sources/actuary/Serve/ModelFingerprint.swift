import Foundation

/// A short name for a model's files and the arithmetic it is computed with: `system_fingerprint`.
///
/// Weights are too long to be read for this; the size and the end of every file tell two models apart.
struct ModelFingerprint {
    private static let readBytes = 1 << 16

    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// - Parameters:
    ///   - path: The model's folder, or its file.
    ///   - arithmetic: What else answers depend on.
    init(path: String, arithmetic: [String]) {
        let folder = URL(fileURLWithPath: path)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted()
        for name in names ?? [] { add(file: folder.appendingPathComponent(name)) }
        if names == nil { add(file: folder) }
        for text in arithmetic { add(Array(text.utf8)) }
    }

    /// `fp_` and ten hexadecimal digits.
    var text: String { "fp_" + String(String(hash | 1 << 63, radix: 16).suffix(10)) }

    private mutating func add(file: URL) {
        guard let handle = try? FileHandle(forReadingFrom: file), let size = try? handle.seekToEnd() else { return }
        add(Array("\(file.lastPathComponent) \(size)".utf8))
        try? handle.seek(toOffset: size - min(size, UInt64(Self.readBytes)))
        add(Array((try? handle.readToEnd()) ?? Data()))
    }

    /// FNV-1a.
    private mutating func add(_ bytes: [UInt8]) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}
