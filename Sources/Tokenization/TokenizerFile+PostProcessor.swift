import OrderedJSON

extension TokenizerFile {
    /// What the post-processor puts around a single text.
    ///
    /// `ByteLevel` changes offsets only, which nobody asks for here; `Sequence` applies its parts one after the other.
    static func affixes(_ field: FileField?, size: Int) throws(TokenizerError) -> Tokenizer.Affixes {
        var affixes = Tokenizer.Affixes()
        guard let field else { return affixes }
        let members = try field.members()
        let type = try members.required("type")
        switch try type.string() {
        case "ByteLevel": break
        case "TemplateProcessing": affixes = try templateAffixes(members, size: size)
        case "Sequence":
            for part in try members.required("processors").elements() {
                let outer = try Self.affixes(part, size: size)
                affixes.prefix = outer.prefix + affixes.prefix
                affixes.suffix += outer.suffix
            }
        default: throw type.unsupported("TemplateProcessing, ByteLevel, Sequence")
        }
        return affixes
    }

    private static func templateAffixes(
        _ members: FileMembers,
        size: Int
    ) throws(TokenizerError) -> Tokenizer.Affixes {
        let single = try members.required("single")
        let specials = try members.required("special_tokens").members()
        var affixes = Tokenizer.Affixes()
        var textCount = 0
        for piece in try single.elements() {
            let piece = try piece.members()
            if let token = piece.optional("SpecialToken") {
                let name = try token.members().required("id").string()
                let ids = try ids(specials.required(name), name: name, size: size)
                if textCount == 0 { affixes.prefix += ids } else { affixes.suffix += ids }
            } else {
                let sequence = try piece.required("Sequence").members().required("id")
                guard try sequence.string() == "A" else { throw sequence.unsupported("A") }
                textCount += 1
            }
        }
        guard textCount == 1 else { throw single.unsupported("a template with the text once in it") }
        return affixes
    }

    private static func ids(_ special: FileField, name: String, size: Int) throws(TokenizerError) -> [Int32] {
        var ids: [Int32] = []
        for element in try special.members().required("ids").elements() {
            let id = try element.integer()
            guard 0..<size ~= id else { throw .idOutOfRange(token: name, id: id, limit: size - 1) }
            ids.append(Int32(id))
        }
        return ids
    }
}
