/// Byte-level BPE as Hugging Face `tokenizer.json` files describe it: text to tokens and back.
///
/// All state is constant after loading, so one object serves any number of threads without a lock. There is no cache
/// of words: the merges are quick enough without, and the cost of a text does not depend on the texts before it.
package final class Tokenizer: Sendable {
    let vocabulary: Vocabulary
    let merges: MergeTable
    /// The token of each byte, `[256]`.
    let byteIDs: [Int32]
    let addedTokens: AddedTokens
    /// Tokens by their bytes, if a piece that is a token as a whole is not to be built by merges (`ignore_merges`).
    let wholePieces: ByteStringTable?
    /// What `addsSpecialTokens` puts before and behind a text.
    let affixes: Affixes

    /// Ids to put around a text, from the file's post-processor.
    struct Affixes: Sendable, Equatable {
        var prefix: [Int32] = []
        var suffix: [Int32] = []
    }

    /// Reads a `tokenizer.json`.
    ///
    /// `truncation` and `padding` are not applied: how long a prompt may be is the server's decision.
    ///
    /// - Throws: `TokenizerError`, also for files that ask for another kind of tokenizer.
    package convenience init(tokenizerJSON bytes: [UInt8]) throws(TokenizerError) {
        try self.init(TokenizerFile(parsing: bytes))
    }

    init(_ file: TokenizerFile) {
        vocabulary = file.vocabulary
        merges = file.merges
        byteIDs = file.byteIDs
        addedTokens = AddedTokens(file.addedTokens)
        wholePieces = file.ignoresMerges ? file.vocabulary.idsByBytes() : nil
        affixes = file.affixes
    }

    /// The highest id and one.
    package var vocabularySize: Int { vocabulary.size }

    /// Turns text into tokens.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - recognisesSpecialTokens: Whether `</s>` and the like in the text become tokens; otherwise they are ordinary
    ///     text. Added tokens that are not special are recognised anyway.
    ///   - addsSpecialTokens: Whether to put around the text what the file's post-processor says, such as `<s>`.
    /// - Returns: The ids.
    /// - Complexity: O(n log n) at worst, O(n) for text with words.
    package func encode(
        _ text: String,
        recognisesSpecialTokens: Bool = true,
        addsSpecialTokens: Bool = false
    ) -> [Int32] {
        var ids = addsSpecialTokens ? affixes.prefix : []
        append(text, to: &ids) { _ in recognisesSpecialTokens ? .everywhere : .nowhere }
        if addsSpecialTokens { ids.append(contentsOf: affixes.suffix) }
        return ids
    }

    /// Turns a rendered prompt into tokens of which only trusted text may produce special ones.
    ///
    /// A special token is recognised when it lies wholly inside one trusted range. Everything else is ordinary text,
    /// cut and merged as if there were no borders.
    ///
    /// - Parameters:
    ///   - text: The prompt.
    ///   - trusted: UTF-8 offsets of what came from the template itself. Ranges that touch count as one.
    /// - Returns: The ids.
    package func encode(_ text: String, trusted: [Range<Int>]) -> [Int32] {
        var ids: [Int32] = []
        append(text, to: &ids) { .within(trusted, textCount: $0) }
        return ids
    }

    /// Turns tokens into text.
    ///
    /// The bytes of all tokens are joined, a special token counting as the bytes of its name; each maximal invalid part
    /// becomes one U+FFFD. Ids that the vocabulary lacks stand for nothing.
    package func decode(_ ids: [Int32], skipsSpecialTokens: Bool = false) -> String {
        var bytes: [UInt8] = []
        for id in ids where !(skipsSpecialTokens && isSpecial(id)) { bytes.append(contentsOf: self.bytes(of: id)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes a token stands for: a view into the vocabulary, nothing is copied; empty for unknown ids.
    package func bytes(of id: Int32) -> ArraySlice<UInt8> { vocabulary.bytes(of: id) }

    /// Whether the token is a command to the model rather than text; false for unknown ids.
    package func isSpecial(_ id: Int32) -> Bool { vocabulary.isSpecial(id) }

    /// The id of the token of that name: an added token's content, or a name of the vocabulary as the file writes it.
    package func id(of token: String) -> Int32? { vocabulary.id(of: token) }

    /// Appends the tokens of a text; `scope` tells where special ones are recognised, given the length in UTF-8.
    private func append(_ text: String, to ids: inout [Int32], scope: (Int) -> SpecialTokenScope) {
        var text = text
        text.withUTF8 { bytes in
            // Prose takes about four bytes a token, most other text less.
            ids.reserveCapacity(ids.count + bytes.count / 4 + 8)
            for segment in addedTokens.segments(of: bytes, specials: scope(bytes.count)) {
                if let id = segment.id {
                    ids.append(id)
                } else {
                    appendOrdinary(UnsafeBufferPointer(rebasing: bytes[segment.range]), to: &ids)
                }
            }
        }
    }

    /// Appends the tokens of text without added tokens.
    private func appendOrdinary(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
        guard let base = text.baseAddress else { return }
        UnicodeClasses.shared.table.withUnsafeBufferPointer { classes in
            byteIDs.withUnsafeBufferPointer { byteIDs in
                guard let classes = classes.baseAddress, let byteIDs = byteIDs.baseAddress else {
                    preconditionFailure("the tables are not empty")
                }
                let scanner = PreTokenizer(bytes: base, end: text.count, classes: classes)
                merges.withView { merges in
                    BytePairMerger.withScratch(merges: merges, byteIDs: byteIDs) { merger in
                        appendPieces(of: text, base, scanner, merger, to: &ids)
                    }
                }
            }
        }
    }

    private func appendPieces(
        of text: UnsafeBufferPointer<UInt8>,
        _ base: UnsafePointer<UInt8>,
        _ scanner: PreTokenizer,
        _ merger: BytePairMerger,
        to ids: inout [Int32]
    ) {
        let wholePieces = self.wholePieces
        var start = 0
        while start < text.count {
            let end = scanner.pieceEnd(from: start)
            if let id = wholePieces?.id(of: UnsafeBufferPointer(start: base + start, count: end - start)) {
                ids.append(id)
            } else {
                merger.append(base + start, count: end - start, to: &ids)
            }
            start = end
        }
    }
}
