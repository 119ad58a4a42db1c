import Compute
import NemotronH
import TestSupport
import Testing

/// A fixture: a checkpoint with the logits that the reference implementation computed.
struct GoldenModel {
    static let names = ["hybrid-two-groups", "mamba-only", "attention-only", "odd-dims", "bf16-sharded", "moe"]
    static let promptLengths = [1, 5, 37, 300]
    /// What the fixtures' own README allows.
    static let tolerance: Float = 2e-4
    static let blockTokens = 16

    let model: NemotronHModel
    private let expected: TensorCatalog

    init(_ name: String, threadCount: Int = 1, variant: KernelVariant = .best) throws {
        let directory = Fixtures.path("models/\(name)")
        try self.init(directory: directory, expected: directory, threadCount: threadCount, variant: variant)
    }

    /// A checkpoint in one folder and its `expected.safetensors` in another.
    init(directory: String, expected folder: String, threadCount: Int = 1, variant: KernelVariant = .best) throws {
        model = try NemotronHModel(
            directory: directory,
            device: try CPUDevice(threadCount: threadCount, variant: variant)
        )
        expected = try TensorCatalog(file: folder + "/expected.safetensors")
    }

    /// How long the prompts are of which the logits are known.
    var promptLengths: [Int] {
        expected.tensors.keys.compactMap { $0.hasPrefix("prompt_") ? Int($0.dropFirst("prompt_".count)) : nil }.sorted()
    }

    func floats(_ name: String) throws -> [Float] {
        let tensor = try #require(expected.tensors[name])
        return tensor.withBytes { $0.widened(from: .float32) }
    }

    func tokens(_ name: String) throws -> [Int32] {
        try #require(expected.tensors[name]).withBytes { bytes in
            stride(from: 0, to: bytes.count, by: 4).map { bytes.loadUnaligned(fromByteOffset: $0, as: Int32.self) }
        }
    }

    /// Room for four sequences of 400 tokens.
    func runner() throws -> NemotronHRunner {
        let capacity = RunnerCapacity(
            slotCount: 6,
            kvBlockCount: 6 * 25,
            kvBlockTokens: GoldenModel.blockTokens,
            maxBatchTokens: 512,
            maxLogitRows: 512,
            cacheFormat: .float32
        )
        return try NemotronHRunner(model: model, capacity: capacity)
    }
}

/// One sequence in a runner, with blocks of its own in a scattered order.
struct TestSequence {
    let slot: Int
    let blocks: [Int32]
    private(set) var position = 0

    /// Clears the slot of the runner, unless the sequence has a position to go on from.
    init(slot: Int, runner: NemotronHRunner, position: Int = 0) {
        self.slot = slot
        self.position = position
        blocks = (0..<25).map { Int32(($0 * 7 % 25) * 6 + slot) }
        if position == 0 { runner.resetSlot(slot) }
    }

    /// The next tokens as a chunk, all of whose logits are wanted.
    mutating func chunk(_ tokens: some Collection<Int32>) -> SequenceChunk {
        defer { position += tokens.count }
        return SequenceChunk(
            slot: slot,
            position: position,
            tokens: Array(tokens),
            blockTable: blocks,
            logitRows: tokens.count
        )
    }

    /// Feeds tokens alone and returns their logits.
    mutating func feed(_ tokens: some Collection<Int32>, to runner: NemotronHRunner) -> [Float] {
        Array(runner.forward([chunk(tokens)]))
    }
}

/// The greatest absolute difference; infinite where counts or numbers do not compare.
func distance(_ left: some Collection<Float>, _ right: some Collection<Float>) -> Float {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).reduce(0) { worst, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .infinity : max(worst, difference)
    }
}

/// Whether all numbers are the same, bit for bit.
///
/// Not `==` in an expectation: when that fails, the difference of two long arrays is looked for, which takes for ever.
func haveSameBits(_ left: some Collection<Float>, _ right: some Collection<Float>) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { $0.bitPattern == $1.bitPattern }
}

/// The index of the largest value.
func argmax(_ row: some Collection<Float>) -> Int32 {
    var best: (index: Int32, value: Float) = (0, -.infinity)
    for (index, value) in row.enumerated() where value > best.value { best = (Int32(index), value) }
    return best.index
}

/// A seeded source of random numbers (xorshift64*), so that failures repeat.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
