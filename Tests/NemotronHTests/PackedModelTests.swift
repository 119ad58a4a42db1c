import Compute
import Foundation
import NemotronH
import TestSupport
import Testing

/// The shipped checkpoint and the reference models, packed in every format.
@Suite struct PackedModelTests {
    static let formats: [WeightFormat] = [.packedBFloat16, .packedInt8, .packedInt4, .packedCodebook4]

    /// Packs a folder into a file that is gone afterwards.
    private func withPacked<Result>(
        _ directory: String,
        _ format: WeightFormat,
        variant: KernelVariant = .best,
        threadCount: Int = 1,
        _ body: (NemotronHModel, [ModelPacker.Outcome], String) throws -> Result
    ) throws -> Result {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).packed").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let device = try CPUDevice(threadCount: threadCount, variant: variant)
        let packer = try ModelPacker(directory: directory, weights: format, device: device)
        let outcomes = try packer.write(to: path) { _, _ in }
        let file = try PackedFile(path: path)
        try file.verify(team: device.team)
        return try body(try NemotronHModel(packedFile: file, device: device), outcomes, path)
    }

    private func runner(_ model: NemotronHModel, cache: CacheFormat = .bfloat16) throws -> NemotronHRunner {
        let capacity = RunnerCapacity(
            slotCount: 6,
            kvBlockCount: 6 * 25,
            kvBlockTokens: GoldenModel.blockTokens,
            maxBatchTokens: 512,
            maxLogitRows: 512,
            cacheFormat: cache
        )
        return try NemotronHRunner(model: model, capacity: capacity)
    }

    /// Root of the mean square difference over that of the expected numbers, seen without their mean.
    private func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
        let mean = Double(expected.reduce(0, +)) / Double(expected.count)
        let error = zip(found, expected).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
        return (error / expected.reduce(0.0) { $0 + pow(Double($1) - mean, 2) }).squareRoot()
    }

    @Test("packed logits are the model's to within the format's error", arguments: formats)
    func accuracy(format: WeightFormat) throws {
        let golden = try GoldenModel(directory: Fixtures.embeddedModel, expected: Fixtures.embeddedGolden)
        // At most .0025, .0135, .090 and .082 were seen.
        let bound: Double =
            switch format {
            case .packedBFloat16: 0.004
            case .packedInt8: 0.02
            default: 0.14
            }
        try withPacked(Fixtures.embeddedModel, format) { model, outcomes, _ in
            let runner = try runner(model)
            for length in golden.promptLengths {
                var sequence = TestSequence(slot: 0, runner: runner)
                let logits = sequence.feed(try golden.tokens("prompt_\(length)"), to: runner)
                let error = relativeError(Array(logits), try golden.floats("logits_\(length)"))
                #expect(error < bound, "prompt of \(length)")
            }
            let packed = outcomes.filter { $0.loss != nil }
            #expect(packed.count == 25 && outcomes.count == 61)
            for outcome in packed {
                let limit = outcome.format == .packedInt8 ? 0.01 : outcome.format == .packedBFloat16 ? 0.003 : 0.12
                #expect(outcome.loss.map { $0.relative < limit } == true, "\(outcome.name)")
            }
        }
    }

    @Test(
        "packed logits have the same bits in one shot, in any split and token by token",
        arguments: formats,
        ["hybrid-two-groups", "odd-dims", "moe"]
    )
    func splits(format: WeightFormat, name: String) throws {
        let golden = try GoldenModel(name)
        let prompt = try golden.tokens("prompt_300")
        var expected: [UInt32] = []
        for (variant, threadCount) in KernelVariant.supported.map({ ($0, 1) }) + [(.best, 3)] {
            // Scalar kernels take long for what other lengths would show just as well.
            let tokens = Array(prompt.prefix(90))
            try withPacked(Fixtures.path("models/\(name)"), format, variant: variant, threadCount: threadCount) {
                model,
                _,
                _ in
                let runner = try runner(model)
                for pieces in [[90], [1, 89], [7, 16, 40, 27], [31, 59], Array(repeating: 1, count: 90)] {
                    var sequence = TestSequence(slot: 0, runner: runner)
                    var (start, last) = (0, [Float]())
                    for count in pieces {
                        last = Array(sequence.feed(tokens[start..<(start + count)], to: runner))
                        start += count
                    }
                    let bits = last.suffix(runner.vocabularySize).map(\.bitPattern)
                    if expected.isEmpty { expected = bits }
                    #expect(bits == expected, "\(variant), \(pieces.count) pieces")
                }
            }
        }
    }

    @Test("a damaged file is refused, wherever the damage is")
    func damage() throws {
        try withPacked(Fixtures.embeddedModel, .packedInt4) { _, _, path in
            let file = try PackedFile(path: path)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            let team = ThreadTeam(threadCount: 1)
            let parts = Array(file.files.values) + Array(file.parts.values)
            var places = Array(0..<48)
            for part in parts { places += [part.range.lowerBound, part.range.upperBound - 1] }
            for (index, place) in places.enumerated() {
                var damaged = bytes
                damaged[place] ^= UInt8(1) << UInt8(index % 8)
                try damaged.write(to: URL(fileURLWithPath: path))
                #expect(throws: ComputeError.self, "byte \(place)") { try PackedFile(path: path).verify(team: team) }
            }
            for count in [0, 7, 8, 63, 64, 100, 20_000, bytes.count - 1] {
                try bytes.prefix(count).write(to: URL(fileURLWithPath: path))
                #expect(throws: ComputeError.self, "\(count) bytes") { try PackedFile(path: path) }
            }
            try (bytes + [0]).write(to: URL(fileURLWithPath: path))
            let tooLong = ComputeError.packedTooLong(
                file: path,
                expectedBytes: bytes.count,
                fileBytes: bytes.count + 1
            )
            #expect(throws: tooLong) { try PackedFile(path: path) }
        }
    }

    @Test("a newer version and another layout say so, whatever follows")
    func strangers() throws {
        try withPacked(Fixtures.embeddedModel, .packedInt8) { _, _, path in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            var newer = bytes
            newer[8] = 9
            try newer.write(to: URL(fileURLWithPath: path))
            #expect(throws: ComputeError.packedVersion(file: path, found: 9, known: 1)) { try PackedFile(path: path) }
            var other = bytes
            other.replaceSubrange(16..<24, with: Array("x08c32le".utf8))
            try other.write(to: URL(fileURLWithPath: path))
            #expect(throws: ComputeError.packedLayout(file: path, found: "x08c32le")) { try PackedFile(path: path) }
        }
    }

    @Test(
        "made-up weights make a whole file of a folder without any",
        arguments: [Fixtures.path("models/hybrid-two-groups"), Fixtures.embeddedModel]
    )
    func madeUp(directory: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        for name in ModelPacker.neededFiles {
            try FileManager.default.copyItem(atPath: directory + "/" + name, toPath: folder.path + "/" + name)
        }
        let device = try CPUDevice(threadCount: 1)
        let packer = try ModelPacker(
            madeUp: try ModelShape.configuration(named: folder.path + "/config.json"),
            directory: folder.path,
            weights: .packedInt4,
            device: device
        )
        let path = folder.path + "/made-up.packed"
        #expect(!(try packer.write(to: path) { _, _ in }).isEmpty)
        let file = try PackedFile(path: path)
        try file.verify(team: device.team)
        let runner = try runner(try NemotronHModel(packedFile: file, device: device))
        runner.occupyMemory()
        var sequence = TestSequence(slot: 0, runner: runner)
        let logits = sequence.feed((0..<20).map { Int32($0) }, to: runner)
        #expect(logits.allSatisfy { $0.isFinite } && Set(logits).count > 1)
    }

    @Test("nothing is left of a file that could not be written")
    func failedWriting() throws {
        let device = try CPUDevice(threadCount: 1)
        let packer = try ModelPacker(directory: Fixtures.embeddedModel, weights: .packedInt4, device: device)
        #expect(throws: ModelError.self) { try packer.write(to: "/nowhere/at/all.packed") { _, _ in } }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.packed").path
        // A folder in the file's place: everything is written, and only the last step fails.
        try FileManager.default.createDirectory(atPath: path + "/b", withIntermediateDirectories: true)
        #expect(throws: ModelError.self) { try packer.write(to: path) { _, _ in } }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(left == ["a.packed"])
    }
}
