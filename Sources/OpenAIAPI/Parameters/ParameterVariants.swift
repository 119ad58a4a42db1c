/// Objects of several kinds that one of their members tells apart, for example messages by their `role`.
struct ParameterVariants: Sendable {
    /// The member that decides; every table declares it.
    let discriminator: String
    /// The words it may have, in the order in which an error lists them.
    let words: [String]
    /// What a missing member stands for; `nil` if it must be there.
    let impliedWord: String?
    /// What to add to that error.
    let note: String
    private let tables: [String: ParameterTable]

    init(
        by discriminator: String,
        _ variants: [(String, ParameterTable)],
        implied: String? = nil,
        note: String = ""
    ) {
        self.discriminator = discriminator
        impliedWord = implied
        self.note = note
        words = variants.map(\.0)
        tables = Dictionary(uniqueKeysWithValues: variants)
    }

    subscript(word: String) -> ParameterTable? { tables[word] }
}
