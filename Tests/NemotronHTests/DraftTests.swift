import Compute
import NemotronH
import TestSupport
import Testing

/// Guesses leave no trace, and accepted ones the same as tokens that were computed.
@Suite struct DraftTests {
    private func runner() throws -> NemotronHRunner {
        let model = try NemotronHModel(directory: Fixtures.embeddedModel, device: try CPUDevice(threadCount: 2))
        let capacity = RunnerCapacity(
            slotCount: 2,
            kvBlockCount: 16,
            kvBlockTokens: 16,
            maxBatchTokens: 64,
            maxLogitRows: 16,
            maxDraftTokens: 8,
            cacheFormat: .float32
        )
        return try NemotronHRunner(model: model, capacity: capacity)
    }

    private func rows(_ logits: UnsafeBufferPointer<Float>, _ width: Int) -> [[Float]] {
        stride(from: 0, to: logits.count, by: width).map { Array(logits[$0..<($0 + width)]) }
    }

    @Test("any number of seven guesses is accepted: logits and state are those of single tokens", arguments: 0...7)
    func accept(count: Int) throws {
        let prompt: [Int32] = (0..<20).map { Int32($0 * 7 % 300 + 1) }
        let draft: [Int32] = (0..<7).map { Int32($0 * 31 % 200 + 5) }
        let behind: [Int32] = [17, 8, 99]

        let plain = try runner()
        let width = plain.vocabularySize
        func run(_ runner: NemotronHRunner, _ position: Int, _ tokens: [Int32], slot: Int, drafts: Int = 0) -> [[Float]]
        {
            let table: [Int32] = slot == 0 ? [0, 1, 2, 3] : [8, 9, 10, 11]
            let chunk = SequenceChunk(
                slot: slot,
                position: position,
                tokens: tokens,
                draftCount: drafts,
                blockTable: table,
                logitRows: drafts + 1
            )
            return rows(runner.forward([chunk]), width)
        }
        _ = run(plain, 0, prompt, slot: 0)
        var expected = [run(plain, 20, [7], slot: 0)[0]]
        for (index, token) in draft.prefix(count).enumerated() {
            expected.append(run(plain, 21 + index, [token], slot: 0)[0])
        }
        let last = run(plain, 21 + count, behind, slot: 0)

        let guessing = try runner()
        // A neighbour with guesses of its own, all of which fail.
        _ = run(guessing, 0, prompt.reversed(), slot: 1)
        _ = run(guessing, 0, prompt, slot: 0)
        let both = guessing.forward([
            SequenceChunk(slot: 1, position: 20, tokens: [4, 5], draftCount: 1, blockTable: [8, 9], logitRows: 2),
            SequenceChunk(
                slot: 0,
                position: 20,
                tokens: [7] + draft,
                draftCount: 7,
                blockTable: [0, 1, 2, 3],
                logitRows: 8
            ),
        ])
        let guessed = rows(both, width).dropFirst(2)
        #expect(Array(guessed.prefix(count + 1)) == expected)
        guessing.accept([.init(slot: 0, count: count), .init(slot: 1, count: 0)])
        #expect(run(guessing, 21 + count, behind, slot: 0) == last)
        // Nothing of the neighbour's guess is left.
        let neighbour = run(guessing, 21, [50], slot: 1)
        _ = run(plain, 0, prompt.reversed() + [4], slot: 1)
        #expect(run(plain, 21, [50], slot: 1) == neighbour)
    }
}
