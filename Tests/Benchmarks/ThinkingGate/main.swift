import Engine

/// What a token pays for the bound of its thought: the gate alone, and the gate with the text that clients see.
///
/// `swift run -c release ThinkingGateBenchmark`

let tokenCount = 2_000_000
let closing = ClosingText(ClosingText.standard) { _ in [1, 2, 3] }
let limits = ThinkingLimits(budget: tokenCount * 2, completionLimit: tokenCount * 4, closing: closing)
let thought = [" the", " number", " is", " 1", "2", " <", " 7", ",", " so", "\n"].map { Array($0.utf8) }

func nanoseconds(_ work: () -> Int) -> Double {
    let best = (0..<5).map { _ in
        var total = 0
        let time = ContinuousClock().measure { total = work() }
        precondition(total > 0)
        return time / .nanoseconds(1)
    }
    return (best.min() ?? 0) / Double(tokenCount)
}

let loop = nanoseconds {
    var total = 0
    for index in 0..<tokenCount { total += thought[index % thought.count].count }
    return total
}
let gate = nanoseconds {
    var gate = ThinkingGate(startsThinking: true, limits: limits)
    var total = 0
    for index in 0..<tokenCount { total += gate.sampled(thought[index % thought.count]).pieces.count }
    return total
}
let text = nanoseconds {
    var gate = ThinkingGate(startsThinking: true, limits: limits)
    var text = OutputText(stops: [])
    var total = 0
    for index in 0..<tokenCount {
        total += text.append(gate.sampled(thought[index % thought.count]).pieces).reasoning.utf8.count
    }
    return total
}
print("gate: \(Int(gate - loop)) ns a token; gate and text: \(Int(text - loop)) ns a token")
