package import OrderedJSON

/// Why the bytes of a `tokenizer.json` cannot become a tokenizer.
package enum TokenizerError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with one entry of `model.merges`.
    package enum MergeFault: Equatable, Sendable {
        /// Neither two strings nor one string with exactly one blank.
        case notAPair
        /// One side is no token of the vocabulary.
        case unknownToken(String)
        /// Both sides joined are no token of the vocabulary.
        case unknownResult(String)
    }

    /// The bytes are no JSON.
    case invalidJSON(JSONParseError)
    case missingField(String)
    case wrongType(field: String, expected: String, found: String)
    /// The field asks for something this tokenizer does not do; `supported` says what it does.
    case unsupported(field: String, value: String, supported: String)
    /// An id is negative or beyond `limit`.
    case idOutOfRange(token: String, id: Int, limit: Int)
    case duplicateID(id: Int, tokens: [String])
    /// An added token has another id than the vocabulary or an earlier added token gives it.
    case conflictingIDs(token: String, ids: [Int])
    case duplicateAddedToken(String)
    case emptyAddedToken(index: Int)
    /// Byte-level BPE needs a token for each of the 256 bytes.
    case missingByteToken(UInt8)
    case brokenMerge(index: Int, fault: MergeFault)

    package var description: String { "tokenizer.json: \(detail)" }

    private var detail: String {
        switch self {
        case .invalidJSON(let error): "\(error)"
        case .missingField(let field): "\(field) is missing"
        case .wrongType(let field, let expected, let found): "\(field) must be \(expected), but it is \(found)"
        case .unsupported(let field, let value, let supported):
            "\(field) is \(value.prefix(200)), which is not supported; supported: \(supported)"
        case .idOutOfRange(let token, let id, let limit):
            "the id \(id) of token \"\(token)\" is not between 0 and \(limit)"
        case .duplicateID(let id, let tokens):
            "the id \(id) is given to several tokens: " + tokens.map { "\"\($0)\"" }.joined(separator: ", ")
        case .conflictingIDs(let token, let ids):
            "token \"\(token)\" has several ids: " + ids.map(String.init).joined(separator: ", ")
        case .duplicateAddedToken(let token): "added_tokens lists \"\(token)\" twice"
        case .emptyAddedToken(let index): "added_tokens[\(index)].content is empty"
        case .missingByteToken(let byte): "model.vocab has no token for the single byte \(byte)"
        case .brokenMerge(let index, let fault):
            switch fault {
            case .notAPair: "model.merges[\(index)] is not a pair of tokens"
            case .unknownToken(let token): "model.merges[\(index)] names \"\(token)\", which model.vocab lacks"
            case .unknownResult(let token): "model.merges[\(index)] makes \"\(token)\", which model.vocab lacks"
            }
        }
    }
}
