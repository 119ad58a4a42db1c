import Engine
import Foundation
import OrderedJSON
import Tokenization

// How many passes a text takes when its tokens are guessed from what came before, as the engine guesses them.
//
// Usage: PromptLookupBenchmark TOKENIZER_JSON
// Reads cases from standard input, one JSON object {"prompt", "answer"} a line, and answers each with one line: the
// answer's tokens, then how many passes had 1, 2, … 8 tokens. prompt_lookup.py makes the cases.

guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: PromptLookupBenchmark TOKENIZER_JSON\n".utf8))
    exit(64)
}
let tokenizer = try Tokenizer(
    tokenizerJSON: [UInt8](try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1])))
)

/// Generates the known answer one pass after the other.
func passes(prompt: [Int32], answer: [Int32]) -> [Int] {
    var counts = Array(repeating: 0, count: PromptLookup.longest + 1)
    var lookup = PromptLookup()
    var known = prompt
    var done = 0
    while done < answer.count {
        let guess = lookup.draft(known, limit: PromptLookup.longest)
        let accepted = zip(guess, answer[done...]).prefix { $0 == $1 }.count
        lookup.record(drafted: guess.count, accepted: accepted)
        counts[guess.count] += 1
        let drawn = min(accepted + 1, answer.count - done)
        known += answer[done..<(done + drawn)]
        done += drawn
    }
    return counts
}

while let line = readLine() {
    let value = try JSONValue(parsing: line)
    let texts = ["prompt", "answer"].map { value[$0]?.string ?? "" }
    let tokens = texts.map { tokenizer.encode($0, recognisesSpecialTokens: false) }
    let counts = passes(prompt: tokens[0], answer: tokens[1])
    print(([tokens[1].count] + counts).map(String.init).joined(separator: " "))
}
