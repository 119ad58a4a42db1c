import Foundation
import OpenAIAPI
import OrderedJSON
import Tokenization

// Times how fast the body of a chat becomes a checked request, and counts the tokens of its texts.
//
// Usage: RequestDecodingBenchmark TOKENIZER_JSON [ROUNDS]
// Prints one JSON object a line for each body: its name, its bytes, the best seconds of parsing alone and of parsing
// and checking, and the tokens of its texts by the tokenizer.

guard CommandLine.arguments.count > 1 else {
    FileHandle.standardError.write(Data("usage: RequestDecodingBenchmark TOKENIZER_JSON [ROUNDS]\n".utf8))
    exit(64)
}
let rounds = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 5 : 5
let tokenizer = try Tokenizer(
    tokenizerJSON: [UInt8](try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1])))
)

/// English with some other scripts, quotes and line ends: what prompts are made of.
let passage = "The tanker left Gdańsk at 06:45 with \"348 t\" of ammonia;\nсудно идёт 在夜里 🚢 — see C:\\log\\42.txt.\n\t"

/// So many bytes of it.
func text(bytes: Int) -> String {
    String(repeating: passage, count: max(1, bytes / passage.utf8.count))
}

/// A chat whose user sent these texts in turn.
func chat(_ texts: [String]) -> [UInt8] {
    let messages = texts.enumerated().map { index, text -> JSONValue in
        ["role": index.isMultiple(of: 2) ? "user" : "assistant", "content": .string(text)]
    }
    let body: JSONValue = ["model": "m", "messages": .array(messages), "temperature": 0.5, "max_think_tokens": 64]
    return body.utf8()
}

/// Writes all that is not ASCII as escapes, as Python's `json.dumps` does.
func escaped(_ json: [UInt8]) -> [UInt8] {
    var result = ""
    for unit in String(decoding: json, as: UTF8.self).utf16 {
        if unit < 0x80, let scalar = UnicodeScalar(unit) {
            result.unicodeScalars.append(scalar)
        } else {
            let digits = String(unit, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
    return Array(result.utf8)
}

/// The least seconds of several tries.
func best(_ work: () throws -> Void) rethrows -> Double {
    var least = Double.infinity
    for _ in 0..<rounds {
        let start = ContinuousClock.now
        try work()
        least = min(least, (ContinuousClock.now - start) / .seconds(1))
    }
    return least
}

let long = [text(bytes: 10_000_000)]
let short = Array(repeating: text(bytes: 100), count: 60_000)
for (name, texts, body) in [
    ("one message of 10 MB", long, chat(long)), ("the same, all escaped", long, escaped(chat(long))),
    ("60,000 short messages", short, chat(short)),
] {
    let parsing = try best { _ = try JSONValue(parsing: body) }
    let decoding = try best { _ = try ChatCompletionRequest(body: body) }
    let tokens = tokenizer.encode(texts[0]).count * texts.count
    let line: JSONValue = [
        "body": .string(name), "bytes": .integer(Int64(body.count)), "parse_seconds": .double(parsing),
        "decode_seconds": .double(decoding), "tokens": .integer(Int64(tokens)),
    ]
    print(line.text())
}
