import OrderedJSON
import TestSupport
import Tokenization

/// The fixtures' tokenizers, loaded once.
enum LoadedTokenizer {
    static let large = Result { try Tokenizer(tokenizerJSON: Fixtures.bytes("tokenizer/large/tokenizer.json")) }
    static let small = Result { try Tokenizer(tokenizerJSON: Fixtures.bytes("tokenizer/small/tokenizer.json")) }

    static func named(_ name: String) throws -> Tokenizer { try (name == "large" ? large : small).get() }

    /// The small tokenizer's file after a change, to see what the loader says to it.
    static func changed(_ change: (inout JSONObject) -> Void) throws -> Tokenizer {
        let document = try JSONValue(parsing: Fixtures.bytes("tokenizer/small/tokenizer.json"), options: .python)
        guard case .object(var root) = document else { throw TokenizerError.missingField("") }
        change(&root)
        return try Tokenizer(tokenizerJSON: JSONValue.object(root).utf8())
    }
}

/// A generator with a seed, so that a failing case can be had again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// Up to `length` scalars, half of them from the palette.
    mutating func text(from palette: [String], length: Int) -> String {
        (0..<Int.random(in: 0...length, using: &self)).map { _ in
            let scalar = Unicode.Scalar(UInt32.random(in: 0..<0x110000, using: &self))
            return Bool.random(using: &self)
                ? palette.randomElement(using: &self) ?? "" : scalar.map { String($0) } ?? ""
        }.joined()
    }
}
