/// The tokens of a model: their names, ids and bytes.
struct Vocabulary: Sendable {
    /// Ids go up to this, which bounds the memory that a hostile file can ask for.
    static let idLimit = 1 << 24 - 1

    /// From names as the file writes them to ids.
    private var names: ByteStringTable
    /// The number of the name of each id, or -1 where the ids have a gap.
    private var entryOfID: [Int32] = []
    /// Which ids are listed as added tokens; their names are not written in the byte alphabet.
    private var isAdded: [Bool] = []
    private var isSpecial: [Bool] = []
    /// The bytes of all tokens in the order of ids, filled by `seal`.
    private var bytes: [UInt8] = []
    private var starts: [Int] = [0]

    init(capacity count: Int) {
        names = ByteStringTable(capacity: count)
        entryOfID.reserveCapacity(count)
    }

    /// The highest id and one.
    var size: Int { entryOfID.count }

    /// Inserts a token of the model.
    mutating func insert(_ name: String, id: Int) throws(TokenizerError) {
        guard 0...Self.idLimit ~= id else {
            throw .idOutOfRange(token: name, id: id, limit: Self.idLimit)
        }
        if id >= size {
            entryOfID.append(contentsOf: repeatElement(-1, count: id + 1 - size))
            isAdded.append(contentsOf: repeatElement(false, count: id + 1 - isAdded.count))
            isSpecial.append(contentsOf: repeatElement(false, count: id + 1 - isSpecial.count))
        }
        guard entryOfID[id] < 0 else {
            throw .duplicateID(id: id, tokens: [names.name(Int(entryOfID[id])), name])
        }
        entryOfID[id] = Int32(names.count)
        var name = name
        if let other = name.withUTF8({ names.insert($0, id: Int32(id)) }) {
            throw .conflictingIDs(token: name, ids: [Int(other), id])
        }
    }

    /// Inserts an added token, which may be in the model's vocabulary too, with the same id.
    mutating func insertAdded(_ token: AddedToken) throws(TokenizerError) {
        let id = Int(token.id)
        if let known = self.id(of: token.content) {
            guard known == token.id else { throw .conflictingIDs(token: token.content, ids: [Int(known), id]) }
            guard !isAdded[id] else { throw .duplicateAddedToken(token.content) }
        } else {
            try insert(token.content, id: id)
        }
        isAdded[id] = true
        isSpecial[id] = token.isSpecial
    }

    /// Computes the bytes of all tokens, when all are known.
    mutating func seal() {
        for id in 0..<size {
            let entry = Int(entryOfID[id])
            if entry >= 0 {
                let name = names.key(entry)
                if isAdded[id] { bytes.append(contentsOf: name) } else { _ = ByteAlphabet.decode(name, into: &bytes) }
            }
            starts.append(bytes.count)
        }
    }

    /// The id of the token of that name, as the file writes it.
    func id(of name: String) -> Int32? { names.id(of: name) }

    /// The id of the token of that name, as the file writes it.
    func id(of name: UnsafeBufferPointer<UInt8>) -> Int32? { names.id(of: name) }

    /// The bytes of a token; none for ids that do not exist.
    @inline(__always)
    func bytes(of id: Int32) -> ArraySlice<UInt8> {
        guard id >= 0, Int(id) < starts.count - 1 else { return [] }
        return bytes[starts[Int(id)]..<starts[Int(id) + 1]]
    }

    func isSpecial(_ id: Int32) -> Bool { id >= 0 && Int(id) < size && isSpecial[Int(id)] }

    /// A table from bytes to ids of those tokens that are written in the byte alphabet.
    func idsByBytes() -> ByteStringTable {
        var table = ByteStringTable(capacity: names.count)
        var decoded: [UInt8] = []
        for (entry, id) in names.allIDs.enumerated() {
            decoded.removeAll(keepingCapacity: true)
            guard ByteAlphabet.decode(names.key(entry), into: &decoded) else { continue }
            decoded.withUnsafeBufferPointer { _ = table.insert($0, id: id) }
        }
        return table
    }
}
