import Foundation
import TestSupport
import Testing

@testable import Tokenization

@Suite struct BytePairMergerTests {
    /// Merges by the book: the pair of lowest rank, leftmost, again and again.
    private func reference(_ piece: [UInt8], _ tokenizer: Tokenizer) -> [Int32] {
        var symbols = piece.map { tokenizer.byteIDs[Int($0)] }
        return tokenizer.merges.withView { merges in
            while true {
                let outcomes = zip(symbols, symbols.dropFirst()).map { merges.outcome($0, $1) }
                guard let best = outcomes.min(), best != MergeTable.none, let place = outcomes.firstIndex(of: best)
                else {
                    return symbols
                }
                symbols.replaceSubrange(place...place + 1, with: [Int32(truncatingIfNeeded: best)])
            }
        }
    }

    private func merged(_ piece: [UInt8], _ tokenizer: Tokenizer) -> [Int32] {
        var ids: [Int32] = []
        piece.withUnsafeBufferPointer { piece in
            tokenizer.byteIDs.withUnsafeBufferPointer { byteIDs in
                guard let base = piece.baseAddress, let byteIDs = byteIDs.baseAddress else { return }
                tokenizer.merges.withView { merges in
                    BytePairMerger.withScratch(merges: merges, byteIDs: byteIDs) { merger in
                        merger.append(base, count: piece.count, to: &ids)
                    }
                }
            }
        }
        return ids
    }

    @Test(
        "pieces around the border of the two ways merge as by the book",
        arguments: [1, 2, 3, 31, 63, 64, 65, 66, 200]
    )
    func borders(count: Int) throws {
        let tokenizer = try LoadedTokenizer.small.get()
        var generator = SeededGenerator(seed: UInt64(count))
        for round in 0..<20 {
            let palette = Array(round % 2 == 0 ? "etaoinshr ".utf8 : "     =-aeé".utf8)
            let piece = (0..<count).compactMap { _ in palette.randomElement(using: &generator) }
            #expect(merged(piece, tokenizer) == reference(piece, tokenizer))
        }
    }

    @Test("long pieces of random bytes merge as by the book, with the large vocabulary")
    func long() throws {
        let tokenizer = try LoadedTokenizer.large.get()
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20 {
            let palette = (0..<6).map { _ in UInt8.random(in: 32...255, using: &generator) } + Array("then ".utf8)
            let piece = (0..<300).compactMap { _ in palette.randomElement(using: &generator) }
            #expect(merged(piece, tokenizer) == reference(piece, tokenizer))
        }
    }

    @Test(
        "a megabyte without a break gives the tokens of the reference, in no quadratic time",
        .timeLimit(.minutes(1)),
        arguments: [("a", 1_000_000, 500_000, 17498), (" ", 1_000_000, 15625, 32457), ("中", 333_333, 333_333, 4392)]
    )
    func megabyte(character: String, count: Int, tokenCount: Int, token: Int32) throws {
        let tokenizer = try LoadedTokenizer.large.get()
        let text = String(repeating: character, count: count)
        let ids = tokenizer.encode(text)
        #expect(ids.count == tokenCount)
        #expect(ids.allSatisfy { $0 == token })
        #expect(tokenizer.decode(ids) == text)
    }

    @Test("many threads share one tokenizer")
    func threads() async throws {
        let tokenizer = try LoadedTokenizer.small.get()
        let texts = (0..<64).map { "Thread \($0) says hello. " + String(repeating: "ab ", count: $0) }
        let expected = texts.map { tokenizer.encode($0) }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { texts.map { tokenizer.encode($0) } == expected }
            }
            for await isEqual in group { #expect(isEqual) }
        }
    }
}
