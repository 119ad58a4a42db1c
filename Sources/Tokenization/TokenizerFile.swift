import OrderedJSON

/// What a `tokenizer.json` says, checked.
///
/// The file format is Hugging Face `tokenizers`'; this reads the part of it that byte-level BPE needs and refuses what
/// would make tokens differ.
struct TokenizerFile {
    let vocabulary: Vocabulary
    let merges: MergeTable
    /// The token of each byte, `[256]`.
    let byteIDs: [Int32]
    let addedTokens: [AddedToken]
    let ignoresMerges: Bool
    let affixes: Tokenizer.Affixes

    init(parsing bytes: [UInt8]) throws(TokenizerError) {
        let document: JSONValue
        do throws(JSONParseError) {
            document = try JSONValue(parsing: bytes, options: .python)
        } catch {
            throw .invalidJSON(error)
        }
        let root = try FileField(path: "the document", value: document).members()
        if let normalizer = root.optional("normalizer") {
            throw normalizer.unsupported("null")
        }
        try Self.checkPreTokenizer(root.required("pre_tokenizer"))
        try root.required("decoder").checkType("ByteLevel")

        let model = try root.required("model").members()
        ignoresMerges = try Self.checkModel(model)
        var vocabulary = try Self.vocabulary(model.required("vocab"))
        byteIDs = try Self.byteIDs(vocabulary)
        merges = try Self.merges(model.required("merges"), vocabulary)
        addedTokens = try Self.addedTokens(root.optional("added_tokens"))
        for token in addedTokens { try vocabulary.insertAdded(token) }
        vocabulary.seal()
        affixes = try Self.affixes(root.optional("post_processor"), size: vocabulary.size)
        self.vocabulary = vocabulary
    }

    /// The scanner implements one expression, cut `Isolated`, and nothing else; so the file must say just that.
    private static func checkPreTokenizer(_ field: FileField) throws(TokenizerError) {
        try field.checkType("Sequence")
        let steps = try field.members().required("pretokenizers")
        let parts = try steps.elements()
        guard parts.count == 2 else {
            throw steps.unsupported("a Split by the pattern of Nemotron Nano v2, then ByteLevel")
        }
        try parts[0].checkType("Split")
        let split = try parts[0].members()
        let pattern = try split.required("pattern").members().required("Regex")
        guard try pattern.string() == PreTokenizer.pattern else { throw pattern.unsupported(PreTokenizer.pattern) }
        let behavior = try split.required("behavior")
        guard try behavior.string() == "Isolated" else { throw behavior.unsupported("Isolated") }
        try split.required("invert").checkFalse()

        try parts[1].checkType("ByteLevel")
        let byteLevel = try parts[1].members()
        try byteLevel.required("add_prefix_space").checkFalse()
        try byteLevel.required("use_regex").checkFalse()
    }

    /// Checks the model's settings and tells `ignore_merges`.
    ///
    /// `unk_token`, `fuse_unk` and `byte_fallback` need no support: all 256 bytes have tokens, so nothing is unknown.
    private static func checkModel(_ model: FileMembers) throws(TokenizerError) -> Bool {
        let type = try model.required("type")
        guard try type.string() == "BPE" else { throw type.unsupported("BPE") }
        if let dropout = model.optional("dropout"), dropout.value.number != 0 { throw dropout.unsupported("null") }
        for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let affix = model.optional(name), try affix.string() != "" { throw affix.unsupported("null") }
        }
        return try model.optional("ignore_merges")?.bool() ?? false
    }

    private static func vocabulary(_ field: FileField) throws(TokenizerError) -> Vocabulary {
        guard let entries = field.value.object else { throw field.wrongType("an object") }
        var vocabulary = Vocabulary(capacity: entries.count)
        for (name, value) in entries {
            guard let id = value.integer else {
                throw .wrongType(field: "\(field.path)[\"\(name)\"]", expected: "an integer", found: value.kind)
            }
            try vocabulary.insert(name, id: id)
        }
        return vocabulary
    }

    private static func byteIDs(_ vocabulary: Vocabulary) throws(TokenizerError) -> [Int32] {
        var ids: [Int32] = []
        for (byte, scalar) in ByteAlphabet.scalars.enumerated() {
            guard let id = vocabulary.id(of: String(scalar)) else { throw .missingByteToken(UInt8(byte)) }
            ids.append(id)
        }
        return ids
    }

    private static func merges(_ field: FileField, _ vocabulary: Vocabulary) throws(TokenizerError) -> MergeTable {
        guard let entries = field.value.array else { throw field.wrongType("an array") }
        var table = MergeTable(capacity: entries.count)
        var joined: [UInt8] = []
        for (rank, entry) in entries.enumerated() {
            guard let (left, right) = pair(entry) else { throw .brokenMerge(index: rank, fault: .notAPair) }
            joined.removeAll(keepingCapacity: true)
            joined.append(contentsOf: left.utf8)
            let middle = joined.count
            joined.append(contentsOf: right.utf8)
            let ids = joined.withUnsafeBufferPointer { name in
                (
                    left: vocabulary.id(of: UnsafeBufferPointer(rebasing: name[..<middle])),
                    right: vocabulary.id(of: UnsafeBufferPointer(rebasing: name[middle...])),
                    result: vocabulary.id(of: name)
                )
            }
            guard let leftID = ids.left else { throw .brokenMerge(index: rank, fault: .unknownToken(left)) }
            guard let rightID = ids.right else { throw .brokenMerge(index: rank, fault: .unknownToken(right)) }
            guard let result = ids.result else { throw .brokenMerge(index: rank, fault: .unknownResult(left + right)) }
            table.insert(leftID, rightID, rank: rank, result: result)
        }
        return table
    }

    /// Merges are written as `["a", "b"]`, in older files as `"a b"`.
    private static func pair(_ entry: JSONValue) -> (String, String)? {
        switch entry {
        case .array(let sides):
            guard sides.count == 2, let left = sides[0].string, let right = sides[1].string else { return nil }
            return (left, right)
        case .string(let text):
            let sides = text.split(separator: " ", omittingEmptySubsequences: false)
            return sides.count == 2 ? (String(sides[0]), String(sides[1])) : nil
        default: return nil
        }
    }

    private static func addedTokens(_ field: FileField?) throws(TokenizerError) -> [AddedToken] {
        guard let field else { return [] }
        var tokens: [AddedToken] = []
        for (index, element) in try field.elements().enumerated() {
            let members = try element.members()
            let content = try members.required("content").string()
            guard !content.isEmpty else { throw .emptyAddedToken(index: index) }
            let id = try members.required("id").integer()
            guard 0...Vocabulary.idLimit ~= id else {
                throw .idOutOfRange(token: content, id: id, limit: Vocabulary.idLimit)
            }
            try members.optional("single_word")?.checkFalse()
            let isSpecial = try members.required("special").bool()
            tokens.append(
                AddedToken(
                    id: Int32(id),
                    content: content,
                    isSpecial: isSpecial,
                    stripsLeft: try members.optional("lstrip")?.bool() ?? false,
                    stripsRight: try members.optional("rstrip")?.bool() ?? false,
                    isNormalized: try members.optional("normalized")?.bool() ?? !isSpecial
                )
            )
        }
        return tokens
    }
}
