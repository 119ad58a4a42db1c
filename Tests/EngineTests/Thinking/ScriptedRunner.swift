import Engine
import NemotronH

/// A model that speaks by scripts: each prompt names its own.
final class ScriptedRunner: SequenceRunner {
    let vocabularySize = ScriptVocabulary.pieces.count
    private let scripts: [ThoughtScript]
    private let startsThinking: [Bool]
    private var history: [Int: [Int32]] = [:]
    private var drafts: [Int: [Int32]] = [:]
    private let logits: UnsafeMutableBufferPointer<Float>
    private(set) var largestBatch = 0

    /// In a prompt, this and what is above it name the script.
    static let firstName: Int32 = 1_000

    init(_ scripts: [ThoughtScript], startsThinking: [Bool], rowCount: Int) {
        self.scripts = scripts
        self.startsThinking = startsThinking
        logits = .allocate(capacity: rowCount * ScriptVocabulary.pieces.count)
    }

    deinit { logits.deallocate() }

    func resetSlot(_ slot: Int) { history[slot] = [] }
    func copySlot(_ slot: Int, to target: Int) { history[target] = history[slot] }

    func accept(_ acceptances: [NemotronHRunner.Acceptance]) {
        for one in acceptances { history[one.slot, default: []] += (drafts[one.slot] ?? []).prefix(one.count) }
    }

    func forward(_ chunks: [SequenceChunk]) throws -> UnsafeBufferPointer<Float> {
        largestBatch = max(largestBatch, chunks.count)
        var count = 0
        for chunk in chunks {
            var tokens = history[chunk.slot] ?? []
            precondition(tokens.count == chunk.position, "a chunk does not follow its state")
            history[chunk.slot] = tokens + chunk.tokens.dropLast(chunk.draftCount)
            drafts[chunk.slot] = chunk.tokens.suffix(chunk.draftCount)
            for (index, token) in chunk.tokens.enumerated() {
                tokens.append(token)
                guard index >= chunk.tokens.count - chunk.logitRows else { continue }
                let row = UnsafeMutableBufferPointer(rebasing: logits[count..<(count + vocabularySize)])
                fill(row, behind: tokens)
                count += vocabularySize
            }
        }
        return UnsafeBufferPointer(rebasing: logits[..<count])
    }

    private func fill(_ row: UnsafeMutableBufferPointer<Float>, behind tokens: [Int32]) {
        guard let nameIndex = tokens.firstIndex(where: { $0 >= Self.firstName }) else {
            preconditionFailure("logits are asked for inside a prompt")
        }
        let name = Int(tokens[nameIndex] - Self.firstName)
        let completion = tokens[(nameIndex + 1)...]
        let bytes = completion.flatMap { ScriptVocabulary.pieces[Int($0)] }
        let isThinking = ThoughtOracle.isThinking(behind: bytes, startsThinking[name])
        scripts[name].fill(row, at: completion.count, isThinking: isThinking)
    }
}
