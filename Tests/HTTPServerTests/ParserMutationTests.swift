import Testing

@testable import HTTPServer

/// Random but repeatable damage to valid requests: nothing may crash, and cutting must not matter.
@Suite("Mutated requests")
struct ParserMutationTests {
    private static let caseCount = 5000

    /// Pieces of syntax that are put where they do not belong.
    private static let tokens: [[UInt8]] = [
        "\r\n", "\n", "\r", "\r\n\r\n", "\0", " ", "\t", ":", ",", ";", "0", "0\r\n\r\n", "ffffffffffffffff", "%",
        "%2F",
        "chunked", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "HTTP/1.0", "HTTP/1.1",
    ].map { Array($0.utf8) }

    @Test("no crash, and the same result however the bytes are cut", arguments: 0..<8)
    func mutations(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var limits = WireLimits()
        limits.headBytesMax = 300
        limits.bodyBytesMax = 64
        var refused = 0
        for number in 0..<Self.caseCount {
            var bytes = Array((WireSamples.all.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) { Self.damage(&bytes, &random) }
            let whole = ParseTrace([bytes[...]], limits: limits)
            var pieces = ParseTrace(Self.cut(bytes, &random), limits: limits)
            pieces.takenBytes = whole.takenBytes
            if pieces != whole { Issue.record("case \(number) of seed \(seed): \(bytes)") }
            if whole.error != nil { refused += 1 }
        }
        // Otherwise the damage is too little to mean anything, or everything is refused.
        #expect((Self.caseCount / 4..<Self.caseCount).contains(refused))
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
        case 1: bytes.insert(contentsOf: tokens.randomElement(using: &random) ?? [], at: place)
        case 2 where place < bytes.count: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 3 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...4, using: &random)))
        }
    }

    private static func cut(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        let longest = Int.random(in: 1...40, using: &random)
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...longest, using: &random))
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }
}
