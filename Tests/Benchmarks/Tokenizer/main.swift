import Foundation
import Tokenization

// Times the tokenizer on request, so that a script can interleave it with another one.
//
// Usage: TokenizerBenchmark TOKENIZER_JSON TEXT_FILE
// Reads words from standard input: `load` loads the file afresh, `encode` encodes the text. Answers each with one line:
// nanoseconds, then the number of tokens and a checksum of their ids (for `load` the size of the vocabulary and 0).
// For comparisons of many texts, `specials HEX` and `plain HEX` answer with the ids of the UTF-8 text in HEX, with
// special tokens recognised or not, and `text ID ID …` answers with the decoded text in hexadecimal digits.

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
    FileHandle.standardError.write(Data("usage: TokenizerBenchmark TOKENIZER_JSON TEXT_FILE\n".utf8))
    exit(64)
}
let json = [UInt8](try Data(contentsOf: URL(fileURLWithPath: arguments[1])))
let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: arguments[2])), as: UTF8.self)
var tokenizer = try Tokenizer(tokenizerJSON: json)

/// FNV-1a over the ids.
func checksum(_ ids: [Int32]) -> UInt64 {
    ids.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64(UInt32(bitPattern: $1))) &* 0x100_0000_01B3 }
}

func nanoseconds(since start: ContinuousClock.Instant) -> Int64 {
    let elapsed = (ContinuousClock.now - start).components
    return elapsed.seconds * 1_000_000_000 + elapsed.attoseconds / 1_000_000_000
}

/// The text whose UTF-8 is written in hexadecimal digits.
func text(hex: Substring) -> String {
    let digits = hex.utf8.map { $0 < UInt8(ascii: "a") ? $0 - UInt8(ascii: "0") : $0 - UInt8(ascii: "a") + 10 }
    return String(
        decoding: stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] },
        as: UTF8.self
    )
}

/// Sends a line; `print` would keep it in a buffer, and the script waits for it.
func answer(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

while let line = readLine() {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    let start = ContinuousClock.now
    switch words[0] {
    case "load":
        tokenizer = try Tokenizer(tokenizerJSON: json)
        answer("\(nanoseconds(since: start)) \(tokenizer.vocabularySize) 0")
    case "encode":
        let ids = tokenizer.encode(text)
        answer("\(nanoseconds(since: start)) \(ids.count) \(checksum(ids))")
    case "specials", "plain":
        let ids = tokenizer.encode(text(hex: words[1]), recognisesSpecialTokens: words[0] == "specials")
        answer(ids.map(String.init).joined(separator: " "))
    case "text":
        let digits = Array("0123456789abcdef")
        let bytes = tokenizer.decode(words.dropFirst().compactMap { Int32($0) }).utf8
        answer(String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }))
    default: exit(64)
    }
}
