import Foundation
import Grammar
import OrderedJSON
import Tokenization

/// What a token of a bound answer pays for its mask: computed for the first time, known already, and put on a row of
/// logits. Answers are random walks: any token that the mask allows may come.
///
/// `swift run -c release TokenMaskBenchmark [TOKENIZER_JSON]`

let path = CommandLine.arguments.dropFirst().first ?? "Tests/Fixtures/tokenizer/large/tokenizer.json"
let tokenizer = try Tokenizer(tokenizerJSON: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
let bytes = (0..<Int32(tokenizer.vocabularySize)).map { token in
    tokenizer.isSpecial(token) ? [] : Array(tokenizer.bytes(of: token))
}
let clock = ContinuousClock()
let triePreparation = clock.measure { _ = TokenTrie(bytes) }
let trie = TokenTrie(bytes)

let forms: [(name: String, grammar: Grammar)] = [
    ("any object", try .jsonObject()),
    (
        "records",
        try .jsonSchema([
            "type": "array", "maxItems": 20,
            "items": [
                "type": "object", "additionalProperties": false, "required": ["name", "kind", "count"],
                "properties": [
                    "name": ["type": "string", "maxLength": 40], "kind": ["enum": ["red", "green", "blue"]],
                    "count": ["type": "integer", "minimum": 0, "maximum": 5000],
                    "seen": ["format": "date-time", "type": "string"],
                ],
            ],
        ])
    ),
    ("regex", try .regex("[A-Z][a-z]{2,12}( [A-Z][a-z]{2,12}){1,20}\\.")),
]

/// A walk of at most so many tokens.
func walk(_ matcher: GrammarMatcher, seed: UInt64, _ row: UnsafeMutableBufferPointer<Float>) -> (
    mask: [Double], apply: [Double]
) {
    var random = seed
    var times: (mask: [Double], apply: [Double]) = ([], [])
    var place = matcher.start
    while times.mask.count < 200, matcher.canGoOn(place) {
        let start = clock.now
        let mask = matcher.mask(place)
        let middle = clock.now
        mask.apply(to: row)
        times.mask.append((middle - start) / .microseconds(1))
        times.apply.append((clock.now - middle) / .microseconds(1))
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var token = Int32(random >> 33) % Int32(bytes.count)
        while !mask.contains(token) { token = (token + 1) % Int32(bytes.count) }
        place = matcher.advance(place, bytes[Int(token)])
    }
    return times
}

func summary(_ times: [Double]) -> String {
    let sorted = times.sorted()
    func text(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
    let mean = sorted.reduce(0, +) / Double(sorted.count)
    return "mean \(text(mean)) µs, 99 % under \(text(sorted[sorted.count * 99 / 100])) µs"
}

print("\(bytes.count) tokens; the vocabulary is arranged in \(triePreparation)")
let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: bytes.count)
row.initialize(repeating: 0)
for form in forms {
    let matcher = GrammarMatcher(form.grammar, trie)
    let first = (1...20).map { walk(matcher, seed: $0, row) }
    let again = (1...20).map { walk(matcher, seed: $0, row) }
    print("\(form.name): \(first.reduce(0) { $0 + $1.mask.count }) tokens")
    print("  new masks:   \(summary(first.flatMap(\.mask)))")
    print("  known masks: \(summary(again.flatMap(\.mask)))")
    print("  on the row:  \(summary(again.flatMap(\.apply)))")
}
row.deallocate()
