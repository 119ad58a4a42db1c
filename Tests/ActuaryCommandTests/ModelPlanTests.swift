import NemotronH
import Testing

@testable import actuary

@Suite struct ModelPlanTests {
    /// The 9B's bytes, added up by hand: two bytes a weight for 8.888 billion, states of 143.6 MB, 16 KiB a token.
    @Test("an A10 holds what its memory divided by a sequence's gives")
    func a10() throws {
        let shape = try ModelShape.configuration(named: "nemotron-nano-9b-v2")
        let plan = ModelPlan(shape, machine: .a10, memoryBytes: 24_000_000_000)
        let row = try #require(
            plan.rows.first { $0.weights == "bf16" && $0.context == 4096 && $0.state == "f32" && !$0.isEmbeddingOnHost }
        )
        #expect(abs(row.weightsBytes - 17_782_000_000) < 20_000_000)
        #expect(row.cacheBytesPerToken == 16_384)
        #expect(row.stateBytesPerSequence == 27 * 4 * (128 * 80 * 128 + 3 * 12_288))
        #expect(row.maxSequences == (22_560_000_000 - row.weightsBytes) / (row.stateBytesPerSequence + 4096 * 16_384))
        #expect(row.maxSequences == 22)
        let host = try #require(plan.rows.first { $0.weights == "bf16" && $0.context == 4096 && $0.isEmbeddingOnHost })
        #expect(host.weightsBytes == row.weightsBytes - 131_072 * 4480 * 2 && host.maxSequences > row.maxSequences)
        #expect(Set(plan.rows.map(\.context)) == [4096, 16_384, 65_536, 131_072])
        #expect(plan.rows.count == 3 * 2 * 4 * 2)
    }

    @Test("what does not fit is no sequence at all, and a processor keeps all of it")
    func cpu() throws {
        let shape = try ModelShape.configuration(named: "1b")
        let plan = ModelPlan(shape, machine: .cpu, memoryBytes: 1_000_000_000)
        #expect(plan.rows.count == 3 * 4 && plan.rows.allSatisfy { $0.state == "f32" && !$0.isEmbeddingOnHost })
        #expect(plan.rows.filter { $0.weights == "bf16" }.allSatisfy { $0.maxSequences == 0 })
    }

    @Test(
        "sizes of memory are read with their units",
        arguments: [
            ("24GB", 24_000_000_000), ("16GiB", 17_179_869_184), ("1.5kb", 1500), ("7", 7), ("GB", nil), ("-1GB", nil),
            ("1e3MB", nil), ("0", nil), ("", nil),
        ] as [(String, Int?)]
    )
    func sizes(text: String, bytes: Int?) { #expect(MemorySize(argument: text)?.bytes == bytes) }
}
